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
    from collections.abc import Iterator

    from helmforge.domain.oci import ImageRef
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
    for referrer in world.registry.referrers(image, RECORD_TYPE):
        try:
            record = _read(world, image.repository.at(referrer.digest))
        except (InvalidRecordError, AlteredError) as error:
            yield referrer.digest, str(error)
            continue
        same = record.image == image.digest
        yield referrer.digest, record if same else f"it is about {record.image}"


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
