from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from helmforge.domain.oci import Digest
from helmforge.domain.promotion_record import (
    LONGEST_RECORD,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    ApprovalTag,
    InvalidRecordError,
    PromotionRecord,
)

IMAGE, CHART = Digest("sha256:" + "a" * 64), Digest("sha256:" + "b" * 64)
RECORD = PromotionRecord(
    source=f"myrepo.cr.io:5000/shop@{IMAGE}",
    target="myrepo.cr.io:5000/prod/shop:v1.2.0",
    image=IMAGE,
    charts="myrepo.cr.io:5000/prod/charts/shop",
    charts_source="myrepo.cr.io:5000/charts/shop",
    chart=CHART,
    service="shop",
    version="v1.2.0",
    commit="c" * 40,
    environment="prod",
    approvals=(ApprovalTag("approvals/prod/shop/v1.2.0/ada@example.com", "d" * 40),),
    promoted_by="Ádám <bo@example.com>",
    promoted_at=datetime(2026, 11, 21, 12, 0, 7, tzinfo=UTC),
    run="https://ci.example.com/runs/7?a=b",
)

FLAT = {
    "source": RECORD.source,
    "target": RECORD.target,
    "image": IMAGE,
    "chart": f"myrepo.cr.io:5000/charts/shop@{CHART}",
    "service": "shop",
    "version": "v1.2.0",
    "commit": "c" * 40,
    "environment": "prod",
    "approvals": ["approvals/prod/shop/v1.2.0/ada@example.com"],
    "promotedBy": "Bo <bo@example.com>",
    "promotedAt": "2026-11-21T12:00:07+00:00",
}


def written(document: object) -> bytes:
    return json.dumps(document, indent=2, sort_keys=True).encode()


def edited(changes: dict[str, Any], predicate: dict[str, Any] | None = None) -> bytes:
    """The record's statement with other members; None takes one away."""
    document = json.loads(RECORD.to_statement())
    inside = {**document["predicate"], **(predicate or {})}
    document["predicate"] = {key: value for key, value in inside.items() if value is not None}
    document |= changes
    return written({key: value for key, value in document.items() if value is not None})


def test_a_record_is_an_in_toto_statement_about_image_and_chart() -> None:
    document = json.loads(RECORD.to_statement())
    assert (document["_type"], document["predicateType"]) == (STATEMENT_TYPE, PREDICATE_TYPE)
    assert document["subject"] == [
        {"name": "myrepo.cr.io:5000/prod/shop", "digest": {"sha256": "a" * 64}},
        {"name": "myrepo.cr.io:5000/prod/charts/shop", "digest": {"sha256": "b" * 64}},
    ]


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        replace(RECORD, run="", approvals=()),
        replace(RECORD, approvals=(ApprovalTag("approvals/prod/shop/v1.2.0/a@b"),)),
        replace(RECORD, image=Digest("sha512:" + "e" * 128), source=f"r.io/shop@sha512:{'e' * 128}"),
    ],
)
def test_what_is_written_is_read(record: PromotionRecord) -> None:
    assert PromotionRecord.parse(record.to_statement()) == record


def test_records_of_versions_before_statements_are_read() -> None:
    record = PromotionRecord.parse(written(FLAT))
    assert (record.source, record.target, record.image) == (RECORD.source, RECORD.target, IMAGE)
    assert record.charts == record.charts_source == "myrepo.cr.io:5000/charts/shop"
    assert record.approvals == (ApprovalTag("approvals/prod/shop/v1.2.0/ada@example.com", ""),)


def test_no_byte_of_a_statement_can_be_changed_unseen() -> None:
    content = RECORD.to_statement()
    for position, byte in enumerate(content):
        for other in (byte ^ 1, 0x20, 0x22):
            changed = content[:position] + bytes([other]) + content[position + 1 :]
            if changed != content:
                assert _read(changed) != RECORD


def _read(content: bytes) -> PromotionRecord | None:
    try:
        return PromotionRecord.parse(content)
    except InvalidRecordError:
        return None


REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a JSON document"),
    "too long": (b" " * LONGEST_RECORD + b"{}", "longer than"),
    "too deep": (b"[" * 60_000, "not a JSON document"),
    "a list": (b"[]", "not a JSON object"),
    "an empty object": (b"{}", "unknown or missing keys"),
    "white space": (RECORD.to_statement() + b"\n", "not written as helmforge"),
    "a key twice": (RECORD.to_statement().replace(b"{", b'{"_type": "x",', 1), "not written as helmforge"),
    "an unknown key": (edited({"more": 1}), "'more'"),
    "a missing key": (edited({"predicateType": None}), "'predicateType'"),
    "an unknown fact": (edited({}, {"waived": "yes"}), "'waived'"),
    "a missing fact": (edited({}, {"commit": None}), "'commit'"),
    "another statement": (edited({"_type": "https://in-toto.io/Statement/v0.1"}), "another type"),
    "another predicate": (edited({"predicateType": "https://slsa.dev/provenance/v1"}), "another type"),
    "a predicate that is a list": (edited({"predicate": []}), "its predicate"),
    "another subject": (edited({"subject": []}), "contradicts itself"),
    "a number": (edited({}, {"service": 7}), "printable"),
    "a terminal's command": (edited({}, {"promotedBy": "\x1b[2J"}), "printable"),
    "no digest": (edited({}, {"image": "latest"}), "not a digest"),
    "a chart by tag": (edited({}, {"chart": "r.io/charts/shop:1.2.0"}), "not a digest"),
    "another image in its source": (edited({}, {"source": f"r.io/shop@{CHART}"}), "its source is"),
    "a source by tag": (edited({}, {"source": "r.io/shop:v1.2.0"}), "repository path"),
    "another version in its target": (edited({}, {"target": "r.io/prod/shop:v1.3.0"}), "its target is"),
    "a target that is no repository": (edited({}, {"target": "r.io/../shop:v1.2.0"}), "repository path"),
    "a host that is none": (edited({}, {"target": "-/prod/shop:v1.2.0"}), "registry host"),
    "another chart in its source": (edited({}, {"chartSource": f"r.io/charts/shop@{IMAGE}"}), "contradicts"),
    "an abbreviated commit": (edited({}, {"commit": "c" * 12}), "commit"),
    "a time without a zone": (edited({}, {"promotedAt": "2026-11-21T12:00:07"}), "zone"),
    "no time": (edited({}, {"promotedAt": "yesterday"}), "isoformat"),
    "a script for a run": (edited({}, {"run": "javascript:alert(1)"}), "its run"),
    "an empty run": (edited({}, {"run": ""}), "contradicts"),
    "approvals that are a text": (edited({}, {"approvals": "ada"}), "not a list"),
    "an approval that is a text": (edited({}, {"approvals": ["ada"]}), "not a JSON object"),
    "an approval with more": (edited({}, {"approvals": [{"tag": "t", "object": "", "x": ""}]}), "'x'"),
    "an approval of no object": (edited({}, {"approvals": [{"tag": "t", "object": "HEAD"}]}), "object id"),
    "flat with more": (written({**FLAT, "run": "https://ci.example.com"}), "'run'"),
    "flat, other white space": (json.dumps(FLAT).encode(), "not written as helmforge"),
    "flat, contradictory": (written({**FLAT, "version": "v9.9.9"}), "its target is"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_helmforge_would_not_write_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidRecordError, match=reason):
        PromotionRecord.parse(content)
