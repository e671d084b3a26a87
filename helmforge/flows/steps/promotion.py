"""Steps of a promotion: the copy inside the registry and the record attached to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.promotion_record import RECORD_TYPE
from helmforge.errors import RefusedError, StepError

if TYPE_CHECKING:
    from helmforge.domain.oci import Digest, ImageRef
    from helmforge.domain.plan import CopyImage, RecordPromotion
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World

_OWN = (RECORD_TYPE,)
"""A promotion writes its own record: nobody brings a forged one along by attaching it to the source."""
_CHART = "dev.helmforge.chart"
_VERSION = "dev.helmforge.version"
_ENVIRONMENT = "dev.helmforge.environment"


@dataclass(frozen=True)
class Promotions:
    world: World

    def probe_copy(self, step: CopyImage) -> Facts | None:
        """RefusedError when the production tag holds other bytes: it is never overwritten."""
        wanted = _digest(step.source)
        present = self.world.registry.resolve(step.target)
        if present is None:
            return None
        if present.digest != wanted:
            raise RefusedError(
                f"{step.target} is taken by another image",
                why=f"it is {present.digest}, the approved image is {wanted}",
                hint="find out who pushed it; helmforge never overwrites a production tag",
            )
        if not self.world.registry.is_copied(step.source, step.target, leave_out=_OWN):
            return None  # what was attached later, or got lost, is copied
        return {"image": str(step.target), "digest": present.digest}

    def copy(self, step: CopyImage, log: Log) -> Facts | None:
        report = self.world.registry.copy(step.source, step.target, leave_out=_OWN)
        log(
            f"{report.manifests} manifests, {report.referrers} referrers; blobs: {report.mounted} mounted, "
            f"{report.present} present, {report.uploaded} uploaded; {report.digest}"
        )
        copied = self.probe_copy(step)
        return copied and {**copied, "referrers": str(report.referrers)}

    def probe_record(self, step: RecordPromotion) -> Facts | None:
        wanted = _annotations(step)
        for referrer in self.world.registry.referrers(_subject(step), RECORD_TYPE):
            if wanted.items() <= dict(referrer.annotations).items():
                return {"record": str(referrer.digest)}
        return None

    def record(self, step: RecordPromotion, log: Log) -> None:
        document = {
            "source": str(step.source),
            "target": str(step.target),
            "image": str(_digest(step.source)),
            "chart": f"{step.artifact.charts}@{step.chart}",
            "service": step.artifact.service,
            "version": step.artifact.version,
            "commit": step.artifact.commit,
            "environment": step.environment.name,
            "approvals": list(step.approvals),
            "promotedBy": str(self.world.git.identity()),
            "promotedAt": self.world.clock.now().isoformat(timespec="seconds"),
        }
        content = json.dumps(document, indent=2, sort_keys=True).encode()
        digest = self.world.registry.put_referrer(_subject(step), RECORD_TYPE, content, _annotations(step))
        log(f"attached {digest}")


def _annotations(step: RecordPromotion) -> dict[str, str]:
    """What tells one promotion of an image from another."""
    return {
        _CHART: str(step.chart),
        _VERSION: step.artifact.version,
        _ENVIRONMENT: step.environment.name,
    }


def _digest(ref: ImageRef) -> Digest:
    if ref.digest is None:
        raise StepError(f"{ref} is not pinned by digest")
    return ref.digest


def _subject(step: RecordPromotion) -> ImageRef:
    return step.target.repository.at(_digest(step.source))
