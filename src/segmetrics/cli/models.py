"""`segmetrics models`."""

from __future__ import annotations

import click

from segmetrics.cli.listing import json_option, show
from segmetrics.cli.session import Session, pass_session


@click.command()
@json_option
@pass_session
def models(session: Session, *, as_json: bool) -> None:
    """List the models that the installed plugins give, and the options of each for `segmetrics run --set`."""
    listed = session.registry.models
    rows: list[dict[str, object]] = [
        {
            "name": model.name,
            "task": model.task,
            "options": [option.name for option in model.options],
            "summary": model.summary,
        }
        for model in listed.values()
    ]
    if as_json:
        for row, model in zip(rows, listed.values(), strict=True):
            row |= {
                "options": {option.name: option.help for option in model.options},
                "license": model.license,
                "source": model.source,
                "url": model.url,
                "plugin": str(listed.provider(model.name)),
            }
    show(rows, as_json=as_json, otherwise="no models: install a plugin that has some")
