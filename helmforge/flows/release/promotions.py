"""The promotion records at an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.domain.promotion_record import (
    LONGEST_RECORD,
    RECORD_TYPE,
    InvalidRecordError,
    PromotionRecord,
)
from helmforge.domain.verdict import CLOCK_SKEW
from helmforge.flows.attached import attached

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from helmforge.domain.oci import Digest, ImageRef
    from helmforge.flows.world import World


def promotions_of(world: World, image: ImageRef) -> tuple[tuple[PromotionRecord, ...], tuple[str, ...]]:
    """Those about this very image, by digest; and of every other referrer of that type, what is wrong."""
    good, bad = [], []
    for digest, found in records_at(world, image):
        if isinstance(found, str):
            bad.append(f"{digest}: {found}")
        else:
            good.append(found)
    return tuple(good), tuple(bad)


def records_at(world: World, image: ImageRef) -> Iterator[tuple[Digest, PromotionRecord | str]]:
    """For the digest of each referrer of that type, the record about this very image, or what is wrong."""
    for referrer, content in attached(world, image, RECORD_TYPE, LONGEST_RECORD):
        found = content if isinstance(content, str) else _read(content, image, world.clock.now())
        yield referrer.digest, found


def _read(content: bytes, image: ImageRef, now: datetime) -> PromotionRecord | str:
    """What is dated ahead would stay the newest one, and judge approvals as of its own time."""
    try:
        record = PromotionRecord.parse(content)
    except InvalidRecordError as error:
        return str(error)
    if record.promoted_at - now > CLOCK_SKEW:  # a sum might be past the year 9999
        return f"it is dated in the future, {record.promoted_at.isoformat(timespec='minutes')}"
    return record if record.image == image.digest else f"it is about {record.image}"
