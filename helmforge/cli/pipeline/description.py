"""A prepared pipeline as text, JSON, or outputs for a GitHub Actions matrix."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import as_json, clean
from helmforge.cli.reasons import reason_document, why
from helmforge.cli.summaries import plan_document, plan_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.orphans import Orphan
    from helmforge.flows.pipeline import Pipeline


def describe(pipeline: Pipeline, output: str) -> None:
    if output == "json":
        click.echo(as_json(_document(pipeline), indent=2, sort_keys=True))
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
        *orphaned,
    ]


def orphan_lines(orphans: Iterable[Orphan]) -> list[str]:
    """What stays in the clusters, and how to take it away."""
    return [
        clean(
            f"the release {one.service} in {one.environment} is orphaned ({one.why}): when nobody needs it, "
            f"helm uninstall {one.service} --kube-context {one.context} --namespace {one.namespace}"
        )
        for one in orphans
    ]


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
        "reasons": [reason_document(reason) for reason in pipeline.reasons],
        "orphaned": [asdict(one) for one in pipeline.orphans],
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
