"""`-o json` of what runs a plan: JSON Lines, described by helmforge/schemas/events.schema.json."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import as_json
from helmforge.errors import FindingsError
from helmforge.flows.events import StepFinished, StepOutput, StepStarted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.annotations import Annotation
    from helmforge.errors import HelmforgeError
    from helmforge.flows.events import Outcome, RunEvent
    from helmforge.flows.summary import Summary

VERSION = 1


class JsonLines:
    """One object per event on stdout; `v` is the version of this format (docs/events.md)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, event: RunEvent) -> None:
        with self._lock:
            click.echo(as_json(_document(event), sort_keys=True))


def summary_line(summary: Summary) -> str:
    steps = [
        {"id": planned.id, "service": planned.step.service.name, "title": planned.step.title}
        | outcome_document(summary.outcomes[planned.id])
        for planned in summary.plan
    ]
    document = {
        "exitCode": int(summary.exit_code),
        "changed": summary.changed,
        "notes": list(summary.notes),
        "steps": steps,
    }
    return as_json({"v": VERSION, "event": "summary", **document}, sort_keys=True)


def _document(event: RunEvent) -> Mapping[str, object]:
    base: dict[str, object] = {"v": VERSION, "step": event.id, "service": event.service}
    match event:
        case StepStarted(title=title):
            return base | {"event": "started", "title": title}
        case StepOutput(line=line):
            return base | {"event": "output", "line": line}
        case StepFinished(title=title, outcome=outcome):
            return base | {"event": "finished", "title": title} | outcome_document(outcome)


def outcome_document(outcome: Outcome) -> dict[str, object]:
    document: dict[str, object] = {
        "status": outcome.status.value,
        "facts": dict(outcome.facts),
        "seconds": round(outcome.seconds, 3),
    }
    if outcome.reason:
        document["reason"] = outcome.reason
    if outcome.error is not None:
        document["error"] = _error(outcome.error)
    return document


def _error(error: HelmforgeError) -> dict[str, object]:
    document: dict[str, object] = {
        "what": error.what,
        "where": error.where,
        "why": error.why,
        "hint": error.hint,
        "exitCode": int(error.exit_code),
    }
    if isinstance(error, FindingsError) and error.annotations:
        document["findings"] = [_finding(one) for one in error.annotations]
    return document


def _finding(one: Annotation) -> dict[str, object]:
    place = one.place
    return {
        "file": place.file if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "title": one.title,
        "text": one.text,
        "severity": "warning" if one.warning else "error",
    }
