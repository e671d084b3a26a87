"""The texts that a chart would have if it were scaffolded today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.chart_lock import LockedAnswers
from helmforge.domain.chart_update import Pristine
from helmforge.domain.scaffolding import ChartAnswers, EnvironmentAnswers
from helmforge.domain.settings import DeployWhen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.names import ServiceName
    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import Templates

CHART = "chart/"
"""Where the templates have the chart, in the service's folder."""


def chart_answers(
    settings: Settings, service: ServiceName, *, type_name: str, context: str, port: int
) -> ChartAnswers:
    return ChartAnswers(
        service=service,
        type=type_name,
        context=context,
        port=port,
        registry=str(settings.registry),
        environments=tuple(
            EnvironmentAnswers(
                name=environment.name,
                image_repository=str(environment.images.repository(service)),
                production=environment.deploy is DeployWhen.ON_APPROVAL,
                namespace=environment.namespace_in(context),
            )
            for environment in settings.environments
        ),
    )


def pristine(
    templates: Templates, answers: ChartAnswers, rendered: Mapping[str, str], object_format: str
) -> Pristine:
    """`rendered` is what the templates made of the answers; only the chart itself counts."""
    texts = {path.removeprefix(CHART): text for path, text in rendered.items() if path.startswith(CHART)}
    return Pristine(templates.version, templates.overrides, LockedAnswers.of(answers), texts, object_format)
