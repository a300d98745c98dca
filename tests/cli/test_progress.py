import io
import sys

import pytest

from segmetrics.cli.progress import shown
from segmetrics.plugin import no_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nobody_watching_nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with shown(quiet=False) as progress:
        assert progress is no_progress


def test_quiet_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with shown(quiet=True) as progress:
        assert progress is no_progress


def test_a_terminal_gets_a_bar_for_each_thing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with shown(quiet=False) as progress:
        progress("reading", 0, 2)
        progress("reading", 1, 2)
        progress("reading", 2, 2)
        progress("scoring", 5, 5)
    assert "reading" in terminal.getvalue()
    assert "5/5" in terminal.getvalue()
    assert "/s" in terminal.getvalue()
