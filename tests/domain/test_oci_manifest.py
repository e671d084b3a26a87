"""Manifests that two programs may read in two ways, and those of the field, which nobody does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.oci_manifest import InvalidManifestError, manifest_document, runnable_parts, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SHA = f"sha256:{'1' * 64}"
ENTRY = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": SHA, "size": 7}
ANY_CASE = {"Digest": "1", "digest": "2", "SUBJECT": "3", "subject": "4", "Layers": "5"}


def _text(*pairs: tuple[str, object]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs) + "}"


TWO_READINGS: Mapping[str, str] = {
    "subject in another case": _text(("Subject", ENTRY)),
    "two subjects": _text(("subject", ENTRY), ("SUBJECT", ENTRY)),
    "subject twice": _text(("subject", ENTRY), ("subject", ENTRY)),
    "subject by a long s": _text(("\u017fubject", ENTRY)),
    "a kelvin sign": _text(("link", ""), ("lin\u212a", "")),
    "a dotless i": _text(("s\u0131ze", 1)),
    "an escaped letter": '{"\\u0053ubject":{}}',
    "two digests of the subject": _text(("subject", {**ENTRY, "Digest": SHA})),
    "a digest of the subject in another case": _text(("subject", {"DIGEST": SHA})),
    "artifactType in another case": _text(("artifacttype", "x")),
    "the config's type": _text(("config", {**ENTRY, "MediaType": "x"})),
    "a layer's digest": _text(("layers", [ENTRY, {**ENTRY, "dIGEST": SHA}])),
    "an entry's digest": _text(("manifests", [{**ENTRY, "Digest": SHA}])),
    "an entry's platform": _text(("manifests", [{**ENTRY, "platform": {"os": "linux", "OS": "windows"}}])),
    "manifests twice": _text(("manifests", [ENTRY]), ("Manifests", [ENTRY])),
    "annotations twice": _text(("annotations", {}), ("Annotations", {})),
    "an annotation twice": '{"annotations":{"a":"1","a":"2"}}',
    "unknown names": _text(("new", 1), ("New", 2)),
    "deep inside": '{"new":[{"a":1,"a":2}]}',
}


@pytest.mark.parametrize("text", TWO_READINGS.values(), ids=TWO_READINGS)
def test_what_reads_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidManifestError, match=r"the same name twice|some read its name") as caught:
        manifest_document(text.encode())
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"1", b"{", b"{}{}", b"[" * 100_000, b'{"config":' * 5_000, b"\xef\xbb\xbf{}"),
        *("{}".encode("utf-16"), b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":' + b"9" * 5000 + b"}"),
    ],
)
def test_what_is_no_manifest(content: bytes) -> None:
    with pytest.raises(InvalidManifestError, match=r"is not a JSON (document|object)"):
        manifest_document(content)


def test_objects_in_objects_are_not_looked_into_for_ever() -> None:
    with pytest.raises(InvalidManifestError):
        manifest_document(b'{"config":' * 3000 + b"{}" + b"}" * 3000)


LEGITIMATE: Mapping[str, dict[str, Any]] = {
    "docker schema 2": {"schemaVersion": 2, "mediaType": "x", "config": ENTRY, "layers": [ENTRY]},
    "a foreign layer": {"config": ENTRY, "layers": [{**ENTRY, "urls": ["https://example.com"]}]},
    "a list of platforms": {
        "manifests": [
            {**ENTRY, "platform": {"os": "windows", "os.version": "10", "os.features": ["win32k"]}},
            {**ENTRY, "platform": {"os": "linux", "architecture": "arm", "variant": "v7", "features": ["x"]}},
        ]
    },
    "an attestation of buildkit": {
        "manifests": [
            {
                **ENTRY,
                "platform": {"architecture": "unknown", "os": "unknown"},
                "annotations": {
                    "vnd.docker.reference.digest": SHA,
                    "vnd.docker.reference.type": "attestation-manifest",
                },
            }
        ]
    },
    "a signature of cosign": {
        "config": ENTRY,
        "layers": [{**ENTRY, "annotations": {"dev.cosignproject.cosign/signature": "MEUC"}}],
    },
    "a chart": {"config": ENTRY, "layers": [ENTRY], "annotations": {"org.opencontainers.image.title": "x"}},
    "annotations of any name": {
        "annotations": ANY_CASE,
        "config": {**ENTRY, "annotations": ANY_CASE},
        "layers": [{**ENTRY, "annotations": ANY_CASE}],
        "manifests": [{**ENTRY, "annotations": ANY_CASE}],
        "subject": {**ENTRY, "annotations": ANY_CASE},
    },
    "something new": {"labels": ANY_CASE, "layers": [{**ENTRY, "com.example/New": {"a": 1, "A": 2}}]},
    "nothing": {"annotations": None, "layers": None, "subject": None},
}


@pytest.mark.parametrize("document", LEGITIMATE.values(), ids=LEGITIMATE)
def test_what_is_written_in_the_field_is_read(document: dict[str, Any]) -> None:
    assert manifest_document(json.dumps(document).encode()) == document


OTHER = f"sha256:{'2' * 64}"
AMD64 = {"os": "linux", "architecture": "amd64"}
NO_PLATFORM = {"os": "unknown", "architecture": "unknown"}
MARK = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}


def _named(*entries: dict[str, Any]) -> list[tuple[str, str]]:
    content = json.dumps({"manifests": [ENTRY | {"platform": AMD64}, *entries]}).encode()
    return [(str(part.digest), part.platform) for part in runnable_parts(content)][1:]


@pytest.mark.parametrize(
    ("entry", "platform"),
    [
        ({"platform": AMD64}, "linux/amd64"),
        ({"platform": AMD64 | {"variant": "unknown"}}, "linux/amd64/unknown"),
        ({"platform": AMD64, **MARK}, "linux/amd64"),
        ({"platform": NO_PLATFORM | {"os": "linux"}}, "linux/unknown"),
        ({"platform": NO_PLATFORM | {"os": "Unknown"}}, "Unknown/unknown"),
        ({"platform": NO_PLATFORM | {"variant": "v7"}}, "unknown/unknown/v7"),
        ({"platform": None}, ""),
        ({**MARK}, ""),
        ({"platform": "unknown/unknown"}, ""),
    ],
)
def test_what_a_node_may_run_cannot_be_called_an_attestation(entry: dict[str, Any], platform: str) -> None:
    assert _named({"digest": OTHER, **entry}) == [(OTHER, platform)]


def test_attestations_are_no_parts() -> None:
    assert _named({"digest": OTHER, "platform": NO_PLATFORM, **MARK}) == []
    assert _named({"digest": OTHER, "platform": NO_PLATFORM}) == []


def test_an_image_has_no_parts() -> None:
    assert runnable_parts(json.dumps({"config": ENTRY, "layers": [ENTRY]}).encode()) == ()


@pytest.mark.parametrize(
    "document",
    [
        {"manifests": [ENTRY], "layers": []},
        {"manifests": [ENTRY], "config": ENTRY},
        {"manifests": {}},
        {"manifests": [5]},
        {"manifests": [{"digest": "latest"}]},
        {"manifests": [{}]},
    ],
)
def test_a_broken_index_has_none_either(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidManifestError):
        runnable_parts(json.dumps(document).encode())


@pytest.mark.parametrize("size", [None, -1, 1.0, "7", True, 1 << 63])
def test_a_size_is_a_number_of_bytes(size: object) -> None:
    with pytest.raises(InvalidManifestError, match="a size is no number of bytes"):
        size_of({"size": size})
    assert size_of({"size": 0}) == 0
