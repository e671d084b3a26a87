"""The promotion records at an image."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from helmforge.domain.oci import AlteredError, Digest
from helmforge.domain.promotion_record import (
    LONGEST_RECORD,
    RECORD_TYPE,
    InvalidRecordError,
    PromotionRecord,
)
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.oci import ImageRef
    from helmforge.flows.world import World


def promotions_of(world: World, image: ImageRef) -> tuple[tuple[PromotionRecord, ...], tuple[str, ...]]:
    """Those about this very image, by digest; and of every other referrer of that type, what is wrong."""
    good, bad = [], []
    for referrer in world.registry.referrers(image, RECORD_TYPE):
        try:
            record = _read(world, image.repository.at(referrer.digest))
        except (InvalidRecordError, AlteredError) as error:
            bad.append(f"{referrer.digest}: {error}")
            continue
        if record.image == image.digest:
            good.append(record)
        else:
            bad.append(f"{referrer.digest}: it is about {record.image}")
    return tuple(good), tuple(bad)


def _read(world: World, referrer: ImageRef) -> PromotionRecord:
    manifest = world.registry.manifest(referrer)
    if manifest is None:
        raise InvalidRecordError("it is not in the registry")
    try:
        (layer,) = json.loads(manifest.content)["layers"]
        digest, size = Digest.parse(layer["digest"]), int(layer["size"])
    except (ValueError, KeyError, TypeError, RecursionError, UsageError):
        raise InvalidRecordError("it is not a manifest with one layer") from None
    if size > LONGEST_RECORD:
        raise InvalidRecordError(f"it is longer than {LONGEST_RECORD} bytes")
    return PromotionRecord.parse(world.registry.blob(referrer.repository, digest))
