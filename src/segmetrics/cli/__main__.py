"""`python -m segmetrics.cli`, where the program `segmetrics` is not on the path."""

from segmetrics.cli import main

main()
