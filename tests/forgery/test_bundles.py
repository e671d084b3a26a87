"""Bundles that cosign may read in another way than helmforge: what is verified must be what counts."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.oci import Digest
from helmforge.domain.provenance.attachments import SIGNATURE_TYPE
from helmforge.domain.provenance.statement import InvalidStatementError, Statement, signed_statement
from tests.support import cosign as real
from tests.support.signers import IMAGE, SAID, hand

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.signers import Hand

OTHER = Digest(f"sha256:{'2' * 64}")
Bundle = dict[str, Any]


@pytest.fixture(scope="module", params=real.VERSIONS)
def signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hand:
    return hand(tmp_path_factory.mktemp("signer"), request.param)


def _payload(digest: Digest = OTHER) -> str:
    return base64.b64encode(Statement("", digest, SIGNATURE_TYPE, {}).to_json()).decode()


def _evil(good: Bundle) -> Bundle:
    """The envelope with a statement that nobody has signed."""
    return {**good["dsseEnvelope"], "payload": _payload()}


def _text(fields: list[tuple[str, Any]]) -> bytes:
    """A JSON object with names as often as they are given."""
    return (
        "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in fields) + "}"
    ).encode()


def _with(good: Bundle, *more: tuple[str, Any]) -> bytes:
    rest = [pair for pair in good.items() if pair[0] not in dict(more)]
    return _text([*rest, *more])


def _envelope(good: Bundle, *more: tuple[str, Any]) -> bytes:
    text = _with(good["dsseEnvelope"], *more).decode()
    return _with(good, ("dsseEnvelope", "HERE")).replace(b'"HERE"', text.encode())


def _older(good: Bundle) -> bytes:
    """What was signed in the form of before, which cosign 3 reads when it does not know the bundle."""
    signed = base64.b64encode(json.dumps(good["dsseEnvelope"]).encode()).decode()
    return _with(good, ("base64Signature", signed), ("dsseEnvelope", _evil(good)))


TWO_READINGS: dict[str, Callable[[Bundle], bytes]] = {
    "envelope twice": lambda good: _with(
        good, ("dsseEnvelope", good["dsseEnvelope"]), ("dsseEnvelope", _evil(good))
    ),
    "envelope twice, turned": lambda good: _with(
        good, ("dsseEnvelope", _evil(good)), ("dsseEnvelope", good["dsseEnvelope"])
    ),
    "envelope by its other name": lambda good: _with(
        good, ("dsse_envelope", good["dsseEnvelope"]), ("dsseEnvelope", _evil(good))
    ),
    "envelope in another case": lambda good: _with(
        good, ("DSSEEnvelope", good["dsseEnvelope"]), ("dsseEnvelope", _evil(good))
    ),
    "payload twice": lambda good: _envelope(
        good, ("payload", good["dsseEnvelope"]["payload"]), ("payload", _payload())
    ),
    "payload in another case": lambda good: _envelope(
        good, ("Payload", good["dsseEnvelope"]["payload"]), ("payload", _payload())
    ),
    "a signed message as well": lambda good: _with(
        good, ("messageSignature", {"signature": good["dsseEnvelope"]["signatures"][0]["sig"]})
    ),
    "the older form as well": _older,
}


@pytest.mark.parametrize("kind", TWO_READINGS)
def test_a_bundle_with_two_readings_has_none(signer: Hand, kind: str) -> None:
    bundle = TWO_READINGS[kind](json.loads(signer.sign()))
    with pytest.raises(InvalidStatementError, match=r"has a field .* that none has|the same name twice"):
        signed_statement(bundle)
    for digest in (IMAGE, OTHER):
        assert signer.adapter.problem(bundle, SIGNATURE_TYPE, digest, signer.keys)


def test_a_statement_with_two_readings_has_none() -> None:
    said = SAID.to_json().decode()
    twice = said.replace('"predicateType"', f'"predicateType": "{SIGNATURE_TYPE}", "predicateType"')
    with pytest.raises(InvalidStatementError, match="the same name twice"):
        Statement.parse(twice.encode())


@pytest.mark.parametrize(
    ("field", "value"), [("_type", "https://example.com/Other"), ("subject", []), ("predicateType", 1)]
)
def test_another_document_is_no_statement(field: str, value: object) -> None:
    document = json.loads(SAID.to_json()) | {field: value}
    with pytest.raises(InvalidStatementError):
        Statement.parse(json.dumps(document).encode())


def test_a_payload_of_another_type_is_no_statement() -> None:
    envelope = {"payload": _payload(), "payloadType": "text/plain", "signatures": []}
    with pytest.raises(InvalidStatementError, match="without an in-toto statement"):
        signed_statement(json.dumps({"dsseEnvelope": envelope}).encode())


@pytest.mark.parametrize("signatures", ["none", "another first", "another last", "another alone"])
def test_exactly_one_signature_counts(signer: Hand, signatures: str) -> None:
    bundle = json.loads(signer.sign())
    (ours,), others = bundle["dsseEnvelope"]["signatures"], {"sig": base64.b64encode(b"x" * 70).decode()}
    bundle["dsseEnvelope"]["signatures"] = {
        "none": [],
        "another first": [others, ours],
        "another last": [ours, others],
        "another alone": [others],
    }[signatures]
    assert signer.adapter.problem(json.dumps(bundle).encode(), SIGNATURE_TYPE, IMAGE, signer.keys)
