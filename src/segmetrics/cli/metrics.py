"""`segmetrics metrics`."""

from __future__ import annotations

import click

from segmetrics.cli.listing import json_option, show
from segmetrics.cli.session import Session, pass_session


@click.command()
@json_option
@pass_session
def metrics(session: Session, *, as_json: bool) -> None:
    """List the scores that the installed plugins compute."""
    rows = [
        {
            "name": metric.name,
            "task": metric.task,
            "unit": metric.unit,
            "better": "higher" if metric.higher_is_better else "lower",
            "summary": metric.summary,
        }
        for metric in session.registry.metrics.values()
    ]
    show(rows, as_json=as_json, otherwise="no metrics: install a plugin that has some")
