"""What a commit of a service is called once it is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.names import ServiceName
    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.domain.settings import Settings
    from helmforge.domain.version import Version


_COMMIT_MARK = "g"
"""No semver begins with it, and an all-digit abbreviation stays a valid identifier of one."""


@dataclass(frozen=True)
class Artifact:
    """The names of one version's image and chart. `version` is the image tag, literally."""

    service: ServiceName
    commit: str
    version: str
    chart_version: str
    images: Repository
    charts: Repository

    @property
    def image(self) -> ImageRef:
        return self.images.tagged(self.version)

    @property
    def chart(self) -> ImageRef:
        return self.charts.tagged(self.chart_version)

    @property
    def is_release(self) -> bool:
        """Of a release branch, not a build of a commit."""
        return not self.version.startswith(_COMMIT_MARK)

    @property
    def claim_tag(self) -> str:
        """The annotated Git tag that gives the version to one commit."""
        return f"{self.service}/{self.version}"


def released(settings: Settings, service: ServiceName, version: Version, commit: str) -> Artifact:
    return Artifact(
        service=service,
        commit=commit,
        version=version.tag,
        chart_version=version.number,
        images=settings.image_repository(service),
        charts=settings.chart_repository(service),
    )


def by_commit(settings: Settings, service: ServiceName, commit: str) -> Artifact:
    """A build outside a release."""
    short = f"{_COMMIT_MARK}{commit[:12]}"
    return Artifact(
        service=service,
        commit=commit,
        version=short,
        chart_version=f"0.0.0-{short}",
        images=settings.image_repository(service),
        charts=settings.chart_repository(service),
    )
