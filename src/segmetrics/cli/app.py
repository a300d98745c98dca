"""The root command: finds the others when they are asked for, and turns errors into a line and an exit code.

Only click is imported here, so that `segmetrics --help` answers at once.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from importlib import import_module
from typing import Any, NoReturn

import click

import segmetrics
from segmetrics.cli import messages
from segmetrics.errors import SegmetricsError

INTERRUPTED = 130

COMMANDS = {
    "score": "Score predictions on a benchmark.",
    "run": "Run a model on a benchmark and score what it predicts.",
    "show": "Show a run again, or in another format.",
    "verify": "Score a run's inputs again and compare every number.",
    "datasets": "List the benchmarks.",
    "models": "List the models, and the options of each.",
    "metrics": "List the scores they compute.",
    "plugins": "List the plugins and what each gives.",
    "plugin": "Begin a plugin: segmetrics plugin new dataset NAME.",
    "download": "Fetch a benchmark's data, or say where they are.",
    "sample": "Write a benchmark's sample data, to try it out.",
    "store": "List or re-index the runs on disk.",
}
"""Each in the module of `segmetrics.cli` that has its name."""


class App(click.Group):
    """Commands by name, ours before the plugins'."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Ours: naming the plugins' would mean loading them all for --help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; plugins are asked only where it is none of ours."""
        if cmd_name in COMMANDS:
            command: click.Command = getattr(import_module(f"segmetrics.cli.{cmd_name}"), cmd_name)
            return command
        session = import_module("segmetrics.cli.session").session_of(ctx)
        added = session.registry.commands.get(cmd_name)
        return None if added is None else added.command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest names where there is no such command."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(messages.unknown_command(args[0], COMMANDS))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """From the table above, so that --help imports none of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Run the command; what fails in it becomes a line, after a traceback if --debug asks for one."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if messages.debugging(ctx):
                traceback.print_exception(error)
            if isinstance(error, SegmetricsError):
                raise click.ClickException(str(error)) from error
            raise click.ClickException(messages.unexpected(error)) from error

    def main(self, *args: Any, **extra: Any) -> NoReturn:  # noqa: ANN401
        """Run and exit, with errors as lines."""
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = messages.show_warning  # type: ignore[assignment]
            sys.exit(self._exit_code(*args, **extra | {"standalone_mode": False}))

    def _exit_code(self, *args: Any, **extra: Any) -> int:  # noqa: ANN401
        try:
            return super().main(*args, **extra) or 0
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            return error.exit_code
        except click.ClickException as error:
            messages.error(messages.line_of(error))
            return error.exit_code
        except click.Abort:
            messages.error("interrupted")
            return INTERRUPTED


@click.command(
    "segmetrics",
    cls=App,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(segmetrics.__version__, message="segmetrics %(version)s")
def app() -> None:
    """Score image segmentation the way each benchmark's own evaluator does.

    Plugins may add benchmarks and commands: segmetrics plugins lists them.
    """


def main() -> NoReturn:
    """The program `segmetrics`. Interrupted, it leaves at once: Python would wait for its threads."""
    try:
        app.main(prog_name="segmetrics")
    except SystemExit as leaving:
        if leaving.code == INTERRUPTED:
            os._exit(INTERRUPTED)
        raise
