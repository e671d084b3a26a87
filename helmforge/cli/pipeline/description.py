"""A prepared pipeline as text, JSON, or outputs for a GitHub Actions matrix."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean
from helmforge.cli.summaries import plan_document, plan_lines

if TYPE_CHECKING:
    from helmforge.flows.pipeline import Pipeline


def describe(pipeline: Pipeline, output: str) -> None:
    if output == "json":
        click.echo(json.dumps(_document(pipeline), indent=2, sort_keys=True))
    elif output == "github":
        for line in _github(pipeline):
            click.echo(line)
    else:
        click.echo("\n".join(_text(pipeline)))


def _text(pipeline: Pipeline) -> list[str]:
    branch = clean(pipeline.event.branch)
    head = (
        f"{pipeline.event.kind.value} of {branch} at {pipeline.commit.oid[:12]}: {pipeline.branch.flow.value}"
    )
    if not pipeline.services:
        return [head, f"nothing to do: {clean(pipeline.branch.why) or 'no service is affected'}"]
    reasons = [f"  {reason.service}: {clean(_why(reason.path, reason.via))}" for reason in pipeline.reasons]
    return [head, "affected:", *reasons, "plan:", *(f"  {line}" for line in plan_lines(pipeline.plan))]


def _why(path: str, via: str) -> str:
    return f"{path} ({via})" if path and via else path or via


def _document(pipeline: Pipeline) -> dict[str, object]:
    version = pipeline.branch.version
    return {
        "event": pipeline.event.kind.value,
        "branch": pipeline.event.branch,
        "provider": pipeline.event.provider,
        "flow": pipeline.branch.flow.value,
        "why": pipeline.branch.why,
        "commit": pipeline.commit.oid,
        "version": version.tag if version else "",
        "services": [service.name for service in pipeline.services],
        "reasons": [
            {"service": reason.service, "path": reason.path, "via": reason.via} for reason in pipeline.reasons
        ],
        "steps": plan_document(pipeline.plan),
    }


def _github(pipeline: Pipeline) -> list[str]:
    """`key=value` lines for $GITHUB_OUTPUT: nothing goes in but checked service names and flows."""
    names = [service.name for service in pipeline.services]
    include = [{"service": name, "flow": pipeline.branch.flow.value} for name in names]
    return [
        f"matrix={json.dumps({'include': include}, separators=(',', ':'))}",
        f"services={json.dumps(names, separators=(',', ':'))}",
        f"affected={'true' if names else 'false'}",
        f"flow={pipeline.branch.flow.value}",
    ]
