"""What the links of one chain have in common: the deployment that they are about."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from helmforge.domain.artifact import by_commit, released
from helmforge.domain.deployment import records
from helmforge.domain.oci import Digest
from helmforge.domain.settings import DeployWhen
from helmforge.domain.version import Version
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.release.recorded import recorded_charts, recorded_repository
from helmforge.flows.steps.chart import pull

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.cluster import ReleaseKey, ReleaseRevision
    from helmforge.domain.deployment import DeploymentRecord
    from helmforge.domain.oci import Repository
    from helmforge.domain.promotion_record import PromotionRecord
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.steps.chart import PulledChart
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Case:
    """`record` is that of the newest revision that ran; everything else is looked up when a link needs it.

    `fetching` is for everybody who fetches into this clone: Git does not write one ref twice at a time.
    """

    world: World
    settings: Settings
    service: Service
    environment: Environment
    key: ReleaseKey
    history: tuple[ReleaseRevision, ...]
    record: DeploymentRecord
    fetching: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def artifact(self) -> Artifact:
        """As the record names it. UsageError when its version is none that helmforge gives."""
        built = by_commit(self.settings, self.service.name, self.record.commit)
        if self.record.version == built.version:
            return built
        version = Version.parse(self.record.version)
        return released(self.settings, self.service.name, version, self.record.commit)

    @cached_property
    def deployed(self) -> Artifact:
        """With the chart where it was deployed from, as the record says."""
        charts = recorded_charts(self.settings, self.record, self.service.name)
        return replace(self.artifact, charts=charts)

    @property
    def first_revision(self) -> ReleaseRevision | None:
        """The oldest one of this artifact that Helm still knows."""
        known = (one for one in records(self.history) if one.record and one.record.same_artifact(self.record))
        return next((one.revision for one in known), None)

    @property
    def is_released(self) -> bool:
        """Of a release branch, not a build of a commit of the trunk."""
        return self.artifact.is_release

    @property
    def is_promoted(self) -> bool:
        """The environment is entered by approval and promotion only."""
        return self.environment.deploy is DeployWhen.ON_APPROVAL

    @cached_property
    def image(self) -> Digest:
        """UsageError when the record names none."""
        return Digest.parse(self.record.image)

    @cached_property
    def repository(self) -> Repository:
        """Where the image was deployed from, as the record says."""
        return recorded_repository(self.settings, self.record)

    @cached_property
    def chart(self) -> PulledChart:
        """The recorded bytes, wherever the version's tag points now."""
        return pull(self.world, self.deployed, Digest.parse(self.record.chart))

    @cached_property
    def promotions(self) -> tuple[PromotionRecord, ...]:
        """Records at the image for exactly this deployment, newest last."""
        wanted = (self.service.name, self.record.version, self.environment.name, self.record.chart)
        found, _ = promotions_of(self.world, self.repository.at(self.image))
        fitting = (one for one in found if (one.service, one.version, one.environment, one.chart) == wanted)
        return tuple(sorted(fitting, key=lambda one: one.promoted_at))

    @cached_property
    def promotion(self) -> PromotionRecord | None:
        """The newest that names this deployment's approvals and the place of its chart, otherwise the newest:
        who promotes again what is deployed already leaves a record, and no revision.
        """
        charts = self.record.charts or str(self.settings.chart_repository(self.service.name))
        wanted = (charts, sorted(self.record.approvals))
        theirs = [one for one in self.promotions if (one.charts, sorted(one.approval_names)) == wanted]
        return next(reversed(theirs or self.promotions), None)
