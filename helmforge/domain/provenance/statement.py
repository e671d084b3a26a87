"""in-toto statements: something said of an image (https://github.com/in-toto/attestation, Statement v1)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import Digest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_OLDER_TYPE = "https://in-toto.io/Statement/v0.1"  # of cosign 2
_PAYLOAD_TYPE = "application/vnd.in-toto+json"
_BUNDLE_FIELDS = frozenset({"mediaType", "verificationMaterial", "dsseEnvelope"})
_ENVELOPE_FIELDS = frozenset({"payload", "payloadType", "signatures"})


class InvalidStatementError(ValueError):
    """The document says nothing that counts; the text says why."""


@dataclass(frozen=True)
class Statement:
    """`predicate` is said of the image `digest`; `name` is for people."""

    name: str
    digest: Digest
    predicate_type: str
    predicate: Mapping[str, Any]

    def to_json(self) -> bytes:
        algorithm, _, encoded = self.digest.partition(":")
        document = {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": self.name, "digest": {algorithm: encoded}}],
            "predicateType": self.predicate_type,
            "predicate": self.predicate,
        }
        return json.dumps(document, indent=2, sort_keys=True).encode()

    @classmethod
    def parse(cls, content: bytes) -> Statement:
        """Of any writer, about exactly one thing. InvalidStatementError for everything else."""
        document = _object(content, "it")
        if document.get("_type") not in {STATEMENT_TYPE, _OLDER_TYPE}:
            raise InvalidStatementError("it is no in-toto statement")
        subjects, predicate = document.get("subject"), document.get("predicate")
        kind = document.get("predicateType")
        if not isinstance(kind, str) or not isinstance(predicate, dict | type(None)):
            raise InvalidStatementError("it has no type, or its predicate is not a JSON object")
        if not isinstance(subjects, list) or len(subjects) != 1 or not isinstance(subjects[0], dict):
            raise InvalidStatementError("it is not about exactly one thing")
        return cls(
            str(subjects[0].get("name", "")), _digest(subjects[0].get("digest")), kind, predicate or {}
        )


def signed_statement(bundle: bytes) -> Statement:
    """What a Sigstore bundle has signed; whether the signature holds is for `Signer` to say.

    Only bundles with one reading: from what it does not know as a bundle, cosign 3 tries to read the form of
    before (`base64Signature`), with names in any case and the last of two, and would verify something else.
    """
    document = _object(bundle, "the bundle")
    envelope = document.get("dsseEnvelope")
    if not isinstance(envelope, dict) or envelope.get("payloadType") != _PAYLOAD_TYPE:
        raise InvalidStatementError("it is a bundle without an in-toto statement")
    if more := sorted((document.keys() - _BUNDLE_FIELDS) | (envelope.keys() - _ENVELOPE_FIELDS)):
        raise InvalidStatementError(f"the bundle has a field {more[0][:40]!r} that none has")
    try:
        return Statement.parse(base64.b64decode(str(envelope.get("payload")), validate=True))
    except binascii.Error:
        raise InvalidStatementError("its payload is not base64") from None


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        document = json.loads(content, object_pairs_hook=_once)
    except InvalidStatementError:
        raise
    except (ValueError, RecursionError):
        raise InvalidStatementError(f"{what} is not a JSON document") from None
    if not isinstance(document, dict):
        raise InvalidStatementError(f"{what} is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands there twice, one program takes the first value and the next one the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InvalidStatementError("a JSON object has the same name twice")
    return found


def _digest(entry: object) -> Digest:
    try:
        ((algorithm, encoded),) = dict(entry).items() if isinstance(entry, dict) else {}.items()
        return Digest.parse(f"{algorithm}:{encoded}")
    except (ValueError, UsageError):
        raise InvalidStatementError("what it is about has not exactly one digest") from None
