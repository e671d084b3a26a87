"""Steps of a promotion: the copy inside the registry and the record attached to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.domain.promotion_plan import CopyChart
from helmforge.domain.promotion_record import RECORD_TYPE, InvalidRecordError, PromotionRecord
from helmforge.errors import RefusedError, StepError
from helmforge.flows.release.promotions import records_at

if TYPE_CHECKING:
    from helmforge.domain.oci import Digest, ImageRef
    from helmforge.domain.promotion_plan import CopyImage, RecordPromotion
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World

_OWN = (RECORD_TYPE,)
"""A promotion writes its own record: nobody brings a forged one along by attaching it to the source."""
_ANY_TIME = datetime.fromtimestamp(0, UTC)
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
        if isinstance(step, CopyChart):
            return {"chart": f"oci://{step.target}", "digest": present.digest}
        return {"image": str(step.target), "digest": present.digest}

    def copy(self, step: CopyImage, log: Log) -> Facts | None:
        report = self.world.registry.copy(step.source, step.target, leave_out=_OWN)
        log(
            f"{report.manifests} manifests, {report.referrers} referrers; blobs: {report.mounted} mounted, "
            f"{report.present} present, {report.uploaded} uploaded; {report.digest}"
        )
        if report.resumed:
            log(f"{report.resumed} uploads went on where the connection had broken")
        copied = self.probe_copy(step)
        return copied and {**copied, "referrers": str(report.referrers)}

    def probe_record(self, step: RecordPromotion) -> Facts | None:
        """A record counts that says of these bytes, and of the approvals, what this one would, by whomever
        and whenever. Other approvals are another promotion: `release verify` holds each deployment against
        its own.
        """
        wanted = self._record(step)
        for digest, record in records_at(self.world, _subject(step)):
            if not isinstance(record, str) and _says(record) == _says(wanted):
                return {"record": str(digest)}
        return None

    def record(self, step: RecordPromotion, log: Log) -> None:
        content = self._record(step).to_statement()
        try:
            PromotionRecord.parse(content)
        except InvalidRecordError as error:
            raise StepError("the promotion cannot be recorded", why=str(error)) from error
        digest = self.world.registry.put_referrer(_subject(step), RECORD_TYPE, content, _annotations(step))
        log(f"attached {digest}")

    def _record(self, step: RecordPromotion) -> PromotionRecord:
        artifact = step.artifact
        return PromotionRecord(
            source=str(step.source),
            target=str(step.target),
            image=_digest(step.source),
            charts=str(step.charts),
            charts_source=str(artifact.charts),
            chart=step.chart,
            service=artifact.service,
            version=artifact.version,
            commit=artifact.commit,
            environment=step.environment.name,
            approvals=step.approvals,
            promoted_by=_printable(str(self.world.git.identity())),
            promoted_at=self.world.clock.now().replace(microsecond=0),
            run=step.run,
        )


def _says(record: PromotionRecord) -> PromotionRecord:
    """What two runs of one promotion have in common."""
    approvals = tuple(sorted(record.approvals, key=lambda one: (one.name, one.oid)))
    return replace(record, approvals=approvals, promoted_by="", promoted_at=_ANY_TIME, run="")


def _annotations(step: RecordPromotion) -> dict[str, str]:
    """For people and other tools: helmforge reads the record itself."""
    return {
        _CHART: str(step.chart),
        _VERSION: step.artifact.version,
        _ENVIRONMENT: step.environment.name,
    }


def _printable(text: str) -> str:
    return "".join(one for one in text if one.isprintable())


def _digest(ref: ImageRef) -> Digest:
    if ref.digest is None:
        raise StepError(f"{ref} is not pinned by digest")
    return ref.digest


def _subject(step: RecordPromotion) -> ImageRef:
    return step.target.repository.at(_digest(step.source))
