"""A prepared pipeline for the next jobs of a CI system: checked names, versions and flows, nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from helmforge.cli.output.assignments import DOTENV_LIMIT, dotenv_lines
from helmforge.cli.output.azure import set_variable
from helmforge.domain.event import Flow
from helmforge.domain.pipeline import promotions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from helmforge.domain.names import EnvironmentName
    from helmforge.flows.pipeline import Pipeline


_MOST_JOBS = 256  # the limit for one matrix of GitHub, and for one stage of Azure


def github(pipeline: Pipeline) -> list[str]:
    """`key=value` lines for $GITHUB_OUTPUT."""
    flow, names = pipeline.branch.flow.value, _names(pipeline)
    include = [{"service": ",".join(group), "flow": flow} for group in _groups(names)]
    facts = {
        "matrix": _compact({"include": include}),
        "services": _compact(names),
        **_common(pipeline),
        "promotions": _promotions(pipeline),
    }
    return [f"{key}={value}" for key, value in facts.items()]


def azure(pipeline: Pipeline) -> list[str]:
    """Commands that set output variables. Names in a matrix have no hyphens there."""
    flow, names = pipeline.branch.flow.value, _names(pipeline)
    matrix = {_leg(group): {"service": ",".join(group), "flow": flow} for group in _groups(names)}
    facts = {
        "matrix": _compact(matrix),
        "services": " ".join(names),
        **_common(pipeline),
        "promotions": _promotions(pipeline),
    }
    return [set_variable(key, value) for key, value in facts.items()]


def gitlab(pipeline: Pipeline) -> list[str]:
    """Lines for artifacts:reports:dotenv. Names that GitLab would refuse the file for are left out."""
    facts = _common(pipeline)
    if pipeline.branch.flow is Flow.RELEASE:
        facts["promotions"] = " ".join(promotions_of(pipeline))
    lines = dotenv_lines(facts | {"services": " ".join(_names(pipeline))})
    if sum(len(line) + 1 for line in lines) <= DOTENV_LIMIT:
        return lines
    click.echo(f"note: without the names of the services: GitLab takes {DOTENV_LIMIT} bytes", err=True)
    return dotenv_lines(facts)


def names(pipeline: Pipeline) -> list[str]:
    return _names(pipeline)


FORMS: Mapping[str, Callable[[Pipeline], list[str]]] = {
    "github": github,
    "gitlab": gitlab,
    "azure": azure,
    "names": names,
}


def promotions_of(pipeline: Pipeline) -> tuple[EnvironmentName, ...]:
    """The environments that a release may go to after an approval."""
    branch = pipeline.branch
    return promotions(pipeline.settings, branch.version) if branch.flow is Flow.RELEASE else ()


def _common(pipeline: Pipeline) -> dict[str, str]:
    """`service` and `version` are those of a release branch."""
    branch = pipeline.branch
    facts = {"affected": "true" if pipeline.services else "false", "flow": branch.flow.value}
    if branch.service and branch.version:
        facts |= {"service": str(branch.service), "version": branch.version.tag}
    return facts


def _promotions(pipeline: Pipeline) -> str:
    return _compact(promotions_of(pipeline))


def _leg(group: Sequence[str]) -> str:
    name = group[0].replace("-", "_")
    return f"{name}_and_{len(group) - 1}_more" if len(group) > 1 else name


def _groups(names: Sequence[str]) -> list[Sequence[str]]:
    """Of one service each, as long as a matrix holds them."""
    size = max(1, -(-len(names) // _MOST_JOBS))
    return [names[start : start + size] for start in range(0, len(names), size)]


def _names(pipeline: Pipeline) -> list[str]:
    return [str(service.name) for service in pipeline.services]


def _compact(document: object) -> str:
    return json.dumps(document, separators=(",", ":"))
