"""The tags of an environment that is entered by promotion, and whether a promotion speaks for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.audit import speaks_for, speaks_for_chart
from helmforge.domain.containers import pinned_digest
from helmforge.domain.oci import AlteredError
from helmforge.errors import ConfigError, StepError
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.steps.chart import pull_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from helmforge.domain.oci import Digest, ImageRef, Repository
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World

_NOBODY = "no promotion record speaks for it"


@dataclass(frozen=True)
class Place:
    """Where promotions of `service` put its image. With `charts` that is known, and this is where they put
    its chart.
    """

    service: Service
    images: Repository
    charts: Repository | None = None

    @property
    def repository(self) -> Repository:
        return self.charts or self.images


def places(settings: Settings, environment: Environment, services: Iterable[Service]) -> Iterator[Place]:
    for service in services:
        if not service.has_image:
            continue
        images = environment.images.repository(service.name)
        yield Place(service, images)
        charts = settings.promoted_chart_repository(environment, service.name)
        if charts != settings.chart_repository(service.name):
            yield Place(service, images, charts)


def fault(world: World, place: Place, tag: str, environments: Collection[str]) -> tuple[str, Digest] | None:
    """Why nothing speaks for what the tag leads to; None when something does, or when the tag is gone since
    it was listed. `environments` are those that are entered by promotion.
    """
    ref = place.repository.tagged(tag)
    found = world.registry.resolve(ref)
    if found is None:
        return None
    judge = _chart_fault if place.charts else _image_fault
    why = judge(world, place, ref, found.digest, environments)
    return (why, found.digest) if why else None


def _image_fault(
    world: World, place: Place, ref: ImageRef, digest: Digest, environments: Collection[str]
) -> str:
    records, bad = promotions_of(world, place.images.at(digest))
    name = place.service.name
    good = any(speaks_for(one, name, str(ref), environments) for one in records)
    return "" if good else "; ".join([_NOBODY, *bad])


def _chart_fault(
    world: World, place: Place, ref: ImageRef, digest: Digest, environments: Collection[str]
) -> str:
    """The record is at the image that the chart pins."""
    try:
        pinned = pull_from(world, ref.repository, digest).image_digest
    except (AlteredError, ConfigError, StepError) as error:
        return f"{_NOBODY}; {error.what}"
    image = pinned_digest(f"{place.images}@{pinned}")
    if image is None:
        return f"{_NOBODY}; it pins no image"
    records, bad = promotions_of(world, place.images.at(image))
    name = place.service.name
    good = any(speaks_for_chart(one, name, str(ref), digest, environments) for one in records)
    return "" if good else "; ".join([_NOBODY, *bad])
