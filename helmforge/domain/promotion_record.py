"""The record of a promotion: an in-toto statement about the image and the chart that were promoted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helmforge.domain.oci import Digest, RegistryHost, Repository
from helmforge.errors import UsageError

RECORD_TYPE = "application/vnd.helmforge.promotion.v1+json"
"""Artifact type of the referrer and media type of its one layer, since before records were statements."""
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://helmforge.dev/promotion/v1"
LONGEST_RECORD = 64 << 10  # bytes
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_RUN = re.compile(r"https?://[!-~]+")
_FACTS = {
    *("source", "target", "image", "chart", "service", "version", "commit", "environment"),
    *("promotedBy", "promotedAt"),
}


class InvalidRecordError(ValueError):
    """The document is no promotion record; the text says why."""


@dataclass(frozen=True)
class ApprovalTag:
    """A Git tag that counted. `oid` is the id of the tag object, "" in records from before it was kept."""

    name: str
    oid: str = ""


@dataclass(frozen=True)
class PromotionRecord:
    """`source` is `host/path@digest`, `target` `host/path:tag`. `charts` and `charts_source` are the
    repositories (`host/path`) from which the chart is deployed and in which it was approved. `promoted_at`
    has a zone and whole seconds. `run` is the page of the CI run, "" outside of CI.
    """

    source: str
    target: str
    image: Digest
    charts: str
    charts_source: str
    chart: Digest
    service: str
    version: str
    commit: str
    environment: str
    approvals: tuple[ApprovalTag, ...]
    promoted_by: str
    promoted_at: datetime
    run: str = ""

    @property
    def approval_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.approvals)

    def to_statement(self) -> bytes:
        """in-toto Statement v1. The same record makes the same bytes."""
        subjects = ((self.target.rpartition(":")[0], self.image), (self.charts, self.chart))
        document = {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": _digest_set(digest)} for name, digest in subjects],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                **_facts(self),
                "chartSource": f"{self.charts_source}@{self.chart}",
                "approvals": [{"tag": one.name, "object": one.oid} for one in self.approvals],
                **({"run": self.run} if self.run else {}),
            },
        }
        return _encoded(document)

    @classmethod
    def parse(cls, content: bytes) -> PromotionRecord:
        """InvalidRecordError for anything but the very bytes that helmforge writes for some record: an
        in-toto statement, or the flat document of versions before it.
        """
        if len(content) > LONGEST_RECORD:
            raise InvalidRecordError(f"it is longer than {LONGEST_RECORD} bytes")
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            raise InvalidRecordError("it is not a JSON document") from None
        if not isinstance(document, dict):
            raise InvalidRecordError("it is not a JSON object")
        record = _from_statement(document) if "_type" in document else _from_flat(document)
        _demand_consistent(record)
        written = record.to_statement() if "_type" in document else _flat(record)
        if written != content:
            raise InvalidRecordError("it is not written as helmforge writes it, or contradicts itself")
        return record


def _facts(record: PromotionRecord) -> dict[str, Any]:
    return {
        "source": record.source,
        "target": record.target,
        "image": str(record.image),
        "chart": f"{record.charts}@{record.chart}",
        "service": record.service,
        "version": record.version,
        "commit": record.commit,
        "environment": record.environment,
        "promotedBy": record.promoted_by,
        "promotedAt": record.promoted_at.isoformat(timespec="seconds"),
    }


def _flat(record: PromotionRecord) -> bytes:
    """As helmforge wrote it before it wrote statements."""
    return _encoded({**_facts(record), "approvals": list(record.approval_names)})


def _from_statement(document: dict[str, Any]) -> PromotionRecord:
    _demand_keys(document, {"_type", "subject", "predicateType", "predicate"})
    predicate = document["predicate"]
    if document["_type"] != STATEMENT_TYPE or document["predicateType"] != PREDICATE_TYPE:
        raise InvalidRecordError("it is a statement of another type")
    if not isinstance(predicate, dict):
        raise InvalidRecordError("its predicate is not a JSON object")
    optional = {"run"} & predicate.keys()
    _demand_keys(predicate, _FACTS | {"approvals", "chartSource"} | optional)
    approvals = tuple(_approval(entry) for entry in _list(predicate["approvals"]))
    return _record(predicate, approvals, predicate["chartSource"], predicate.get("run", ""))


def _from_flat(document: dict[str, Any]) -> PromotionRecord:
    _demand_keys(document, _FACTS | {"approvals"})
    approvals = tuple(ApprovalTag(_text(name)) for name in _list(document["approvals"]))
    return _record(document, approvals, document["chart"], "")


def _record(
    facts: dict[str, Any], approvals: tuple[ApprovalTag, ...], chart_source: object, run: object
) -> PromotionRecord:
    texts = {key: _text(facts[key]) for key in _FACTS}
    charts, _, chart = texts["chart"].partition("@")
    try:
        return PromotionRecord(
            source=texts["source"],
            target=texts["target"],
            image=Digest.parse(texts["image"]),
            charts=charts,
            charts_source=_text(chart_source).partition("@")[0],
            chart=Digest.parse(chart),
            service=texts["service"],
            version=texts["version"],
            commit=texts["commit"],
            environment=texts["environment"],
            approvals=approvals,
            promoted_by=texts["promotedBy"],
            promoted_at=datetime.fromisoformat(texts["promotedAt"]),
            run=_text(run),
        )
    except (UsageError, ValueError) as error:
        raise InvalidRecordError(str(error)) from None


def _demand_consistent(record: PromotionRecord) -> None:
    source, _, digest = record.source.partition("@")
    target, _, tag = record.target.rpartition(":")
    try:
        _repository(target).tagged(tag)
        for name in (source, record.charts, record.charts_source):
            _repository(name)
    except UsageError as error:
        raise InvalidRecordError(str(error)) from None
    if digest != record.image:
        raise InvalidRecordError(f"its source is {digest or 'not pinned'}, its image {record.image}")
    if tag != record.version:
        raise InvalidRecordError(f"its target is {record.target}, its version {record.version}")
    if not _OBJECT_ID.fullmatch(record.commit) or record.promoted_at.tzinfo is None:
        raise InvalidRecordError("its commit is no full commit id, or its time has no zone")
    if record.run and not _RUN.fullmatch(record.run):
        raise InvalidRecordError("its run is no address of a page")


def _repository(name: str) -> Repository:
    host, _, path = name.partition("/")
    return Repository(RegistryHost(host), path)


def _approval(entry: object) -> ApprovalTag:
    if not isinstance(entry, dict):
        raise InvalidRecordError("an approval in it is not a JSON object")
    _demand_keys(entry, {"tag", "object"})
    oid = _text(entry["object"])
    if oid and not _OBJECT_ID.fullmatch(oid):
        raise InvalidRecordError("an approval in it names no full object id")
    return ApprovalTag(_text(entry["tag"]), oid)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidRecordError("its approvals are not a list")
    return value


def _text(value: object) -> str:
    """What reaches terminals must not steer them."""
    if not isinstance(value, str) or not value.isprintable():
        raise InvalidRecordError("a value in it is not a printable text")
    return value


def _demand_keys(document: dict[str, Any], keys: set[str]) -> None:
    if set(document) != keys:
        odd = ", ".join(sorted(repr(key) for key in set(document) ^ keys))
        raise InvalidRecordError(f"it has unknown or missing keys: {odd}")


def _digest_set(digest: Digest) -> dict[str, str]:
    algorithm, _, encoded = digest.partition(":")
    return {algorithm: encoded}


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2, sort_keys=True).encode()
