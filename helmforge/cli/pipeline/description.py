"""A prepared pipeline as text, as JSON, and as the subject of a run's reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from helmforge.cli.output.report import Subject
from helmforge.cli.pipeline.forms import FORMS, promotions_of
from helmforge.cli.pipeline.orphans import orphan_lines
from helmforge.cli.printing import as_json, clean
from helmforge.cli.reasons import reason_document, why
from helmforge.cli.summaries import plan_document, plan_lines

if TYPE_CHECKING:
    from helmforge.flows.pipeline import Pipeline


def describe(pipeline: Pipeline, output: str) -> None:
    if output == "json":
        click.echo(as_json(_document(pipeline), indent=2, sort_keys=True))
    elif output in FORMS:
        for line in FORMS[output](pipeline):
            click.echo(line)
    else:
        click.echo("\n".join(_text(pipeline)))


def _text(pipeline: Pipeline) -> list[str]:
    branch = clean(pipeline.event.branch)
    head = (
        f"{pipeline.event.kind.value} of {branch} at {pipeline.commit.oid[:12]}: {pipeline.branch.flow.value}"
    )
    orphaned = [f"  {line}" for line in orphan_lines(pipeline.orphans)]
    orphaned = ["orphaned:", *orphaned] if orphaned else []
    if not pipeline.services:
        return [head, f"nothing to do: {clean(pipeline.branch.why) or 'no service is affected'}", *orphaned]
    reasons = [f"  {reason.service}: {clean(why(reason))}" for reason in pipeline.reasons]
    return [
        head,
        "affected:",
        *reasons,
        "plan:",
        *(f"  {line}" for line in plan_lines(pipeline.plan)),
        *(f"note: {line}" for line in pipeline.withheld),
        *orphaned,
    ]


def subject_of(pipeline: Pipeline, command: str) -> Subject:
    """For the reports of a run."""
    branch = pipeline.branch
    return Subject(
        command,
        f"{pipeline.event.kind.value.replace('_', ' ')} of {pipeline.event.branch}",
        pipeline.commit.oid,
        branch.flow.value,
        service=branch.service or "",
        version=branch.version.tag if branch.version else "",
        idle="" if pipeline.services else branch.why or "no service is affected",
        reasons=pipeline.reasons,
        orphans=pipeline.orphans,
    )


def _document(pipeline: Pipeline) -> dict[str, object]:
    version = pipeline.branch.version
    return {
        "event": pipeline.event.kind.value,
        "branch": pipeline.event.branch,
        "provider": pipeline.event.provider,
        "fork": pipeline.event.fork,
        "withheld": list(pipeline.withheld),
        "flow": pipeline.branch.flow.value,
        "why": pipeline.branch.why,
        "commit": pipeline.commit.oid,
        "version": version.tag if version else "",
        "promotions": list(promotions_of(pipeline)),
        "services": [service.name for service in pipeline.services],
        "reasons": [reason_document(reason) for reason in pipeline.reasons],
        "orphaned": [asdict(one) for one in pipeline.orphans],
        "steps": plan_document(pipeline.plan),
    }
