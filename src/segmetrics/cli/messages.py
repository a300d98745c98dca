"""One line each: errors, warnings, and click's own complaints in our words."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_DEBUG = "segmetrics.debug"


def _note_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value


debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_note_debug, help="Show where an error arose."
)


def debugging(ctx: click.Context) -> bool:
    """Whether --debug was given to the command that ran."""
    return bool(ctx.meta.get(_DEBUG))


def error(line: str) -> None:
    """What went wrong, on standard error."""
    click.echo(f"error: {line}", err=True)


def warning(line: str) -> None:
    """What the user should know, on standard error."""
    click.echo(f"warning: {line}", err=True)


def show_warning(message: Warning | str, *_where: object) -> None:
    """Python's warnings, as ours."""
    warning(str(message))


def unexpected(error: Exception) -> str:
    """An error that nobody raised on purpose: somebody's bug."""
    return f"{type(error).__name__}: {error} (unexpected: --debug shows where it arose)"


def unknown_command(name: str, known: Iterable[str]) -> str:
    """The command that is not there, and those it may have meant."""
    return f'no command "{name}"{_meant(name, known)} (segmetrics --help lists them)'


def line_of(error: click.ClickException) -> str:
    """What click has to say, on one line."""
    match error:
        case click.NoSuchOption():
            meant = _meant(error.option_name, _flags(error))
            return f"{_command(error)} has no option {error.option_name}{meant}"
        case click.MissingParameter(param=click.Option() as option):
            return f"{_command(error)} needs {option.opts[-1]}: {(option.help or '').rstrip('.')}"
        case click.BadParameter(param=click.Option() as option):
            return f"{option.opts[-1]}: {error.message.rstrip('.')}"
        case _:
            return " ".join(error.format_message().split())


def _command(error: click.UsageError) -> str:
    return "segmetrics" if error.ctx is None or error.ctx.info_name is None else error.ctx.info_name


def _flags(error: click.UsageError) -> list[str]:
    if error.ctx is None:
        return []
    return [flag for parameter in error.ctx.command.get_params(error.ctx) for flag in parameter.opts]


def _meant(name: str, known: Iterable[str]) -> str:
    matches = get_close_matches(name, known, n=2)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""
