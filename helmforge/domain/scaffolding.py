"""What a chart is scaffolded from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EnvironmentAnswers:
    """`image_repository` is where its pods pull from, without a tag: myrepo.cr.io/prod/notification.
    `namespace` is the one of the chart's context.
    """

    name: str
    image_repository: str
    production: bool
    namespace: str = ""


@dataclass(frozen=True)
class ChartAnswers:
    """All that the templates may ask. `registry` is host[/path]; images are `<registry>/<service>`."""

    service: str
    type: str
    context: str
    port: int
    registry: str
    environments: tuple[EnvironmentAnswers, ...]
