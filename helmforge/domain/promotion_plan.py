"""Steps of a promotion, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.plan import Step

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.oci import Digest, ImageRef, Repository
    from helmforge.domain.promotion_record import ApprovalTag
    from helmforge.domain.settings import Environment


@dataclass(frozen=True)
class CopyImage(Step):
    """Re-tag inside the registry: the same bytes under the environment's name."""

    verb = "copy-image"
    source: ImageRef
    target: ImageRef

    @property
    def title(self) -> str:
        digest = self.source.digest.short if self.source.digest else self.source.tag
        return f"copy {self.source.repository}@{digest} -> {self.target}"


@dataclass(frozen=True)
class CopyChart(CopyImage):
    verb = "copy-chart"


@dataclass(frozen=True)
class RecordPromotion(Step):
    """Attach what was promoted, by whom it was approved and from where, to the production image. `charts`
    is where the chart is deployed from, `run` the page of the CI run, "" outside of CI.
    """

    verb = "record"
    artifact: Artifact
    environment: Environment
    source: ImageRef
    target: ImageRef
    charts: Repository
    chart: Digest
    approvals: tuple[ApprovalTag, ...]
    run: str = ""

    @property
    def title(self) -> str:
        return f"record the promotion at {self.target}"
