"""The command line: words, options and exit codes.

Exit codes: 0 scored (a partial record says so in its status), 1 evaluation failed, 2 bad arguments,
130 interrupted. Results go to standard output; progress, warnings and errors to standard error.
"""

from segmetrics.cli.app import app, main

__all__ = ["app", "main"]
