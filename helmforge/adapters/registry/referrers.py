"""Manifests attached to other manifests (distribution-spec 1.1, "Listing Referrers")."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.adapters.registry.calls import Call, pull
from helmforge.adapters.registry.content import MANIFEST_LIMIT, descriptor, digest_of
from helmforge.adapters.registry.manifests import next_page
from helmforge.adapters.registry.media_types import EMPTY, OCI_INDEX, OCI_MANIFEST
from helmforge.adapters.registry.problems import RegistryError, bare_url, printable
from helmforge.adapters.registry.urls import repository_url
from helmforge.domain.oci import Descriptor, Manifest
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.adapters.registry.blobs import Blobs
    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import Digest, ImageRef, Repository

_OK = 200
_ABSENT = (400, 404, 405)  # how registries say that they have no Referrers API
_MOST_PAGES = 100
_MOST_RACES = 8


@dataclass(frozen=True)
class Referrers:
    """The Referrers API, and the fallback tag of registries that lack it."""

    transport: Transport
    manifests: Manifests
    blobs: Blobs

    def attach(
        self, subject: ImageRef, artifact_type: str, content: bytes, annotations: Mapping[str, str]
    ) -> Digest:
        """The same arguments make the same bytes, so attaching twice is attaching once."""
        repository = subject.repository
        target = self.manifests.head(subject)
        if target is None:
            raise RegistryError("nothing to attach to: the manifest does not exist", where=str(subject))
        config = self.blobs.push(repository, EMPTY, b"{}")
        layer = self.blobs.push(repository, artifact_type, content)
        manifest = _manifest(artifact_type, config, layer, target, annotations)
        answer = self.manifests.put(repository.at(manifest.digest), manifest)
        if "OCI-Subject" not in answer.headers:
            entry = Descriptor(
                OCI_MANIFEST, manifest.digest, len(manifest.content), artifact_type, dict(annotations)
            )
            self._add_to_fallback(repository, target.digest, entry)
        return manifest.digest

    def of(self, subject: ImageRef, artifact_type: str) -> tuple[Descriptor, ...]:
        """Both sources: what was attached before a registry learned the API stays in the fallback tag.

        An entry of the fallback tag wins: its writer knew artifact type and annotations.
        """
        target = subject.digest
        if target is None:
            found = self.manifests.head(subject)
            if found is None:
                return ()
            target = found.digest
        entries = [*self._from_api(subject.repository, target), *self._fallback(subject.repository, target)]
        distinct = {entry.digest: entry for entry in entries}
        return tuple(entry for entry in distinct.values() if artifact_type in {"", entry.artifact_type})

    def _from_api(self, repository: Repository, subject: Digest) -> Iterator[Descriptor]:
        address: str | None = repository_url(repository, f"referrers/{subject}")
        for _ in range(_MOST_PAGES):
            if address is None:
                return
            answer = self.transport.send(
                Call(
                    "GET",
                    repository.registry,
                    address,
                    (_OK, *_ABSENT),
                    (pull(repository),),
                    {"Accept": OCI_INDEX},
                    limit=MANIFEST_LIMIT,
                )
            )
            if answer.status != _OK or not _is_index(answer):
                return
            yield from _entries(answer.body, bare_url(answer.url))
            address = next_page(answer)
        raise RegistryError(
            "the list of referrers has no end", where=bare_url(repository_url(repository, "referrers"))
        )

    def _fallback(self, repository: Repository, subject: Digest) -> list[Descriptor]:
        ref = repository.tagged(_fallback_tag(subject))
        manifest = self.manifests.get(ref)
        return _entries(manifest.content, str(ref)) if manifest else []

    def _add_to_fallback(self, repository: Repository, subject: Digest, entry: Descriptor) -> None:
        """Read, write, look again: the tag has no compare-and-swap, another writer may have been between."""
        tag = repository.tagged(_fallback_tag(subject))
        for _ in range(_MOST_RACES):
            entries = self._fallback(repository, subject)
            if any(found.digest == entry.digest for found in entries):
                return
            self.manifests.put(tag, _index([*entries, entry]))
        raise RegistryError(
            "cannot attach to the manifest: others keep overwriting the list of referrers",
            where=str(tag),
            hint="run the command again",
        )


def _fallback_tag(subject: Digest) -> str:
    """distribution-spec 1.1, "Referrers Tag Schema"."""
    algorithm, _, encoded = subject.partition(":")
    return f"{algorithm[:32]}-{encoded[:64]}"


def _manifest(
    artifact_type: str,
    config: Descriptor,
    layer: Descriptor,
    subject: Descriptor,
    annotations: Mapping[str, str],
) -> Manifest:
    return _encoded(
        OCI_MANIFEST,
        {
            "artifactType": artifact_type,
            "config": _json(config),
            "layers": [_json(layer)],
            "subject": _json(subject),
            "annotations": dict(annotations),
        },
    )


def _index(entries: list[Descriptor]) -> Manifest:
    return _encoded(OCI_INDEX, {"manifests": [_json(entry) for entry in entries]})


def _encoded(media_type: str, document: dict[str, Any]) -> Manifest:
    """Sorted and without spaces: the bytes depend on nothing but the values."""
    full = {"schemaVersion": 2, "mediaType": media_type, **_present(document)}
    content = json.dumps(full, sort_keys=True, separators=(",", ":")).encode()
    return Manifest(content, media_type, digest_of(content))


def _json(entry: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": entry.media_type,
        "digest": str(entry.digest),
        "size": entry.size,
        **_present({"artifactType": entry.artifact_type, "annotations": dict(entry.annotations)}),
    }


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value or key == "manifests"}


def _is_index(answer: Answer) -> bool:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip() == OCI_INDEX


def _entries(content: bytes, where: str) -> list[Descriptor]:
    try:
        return [descriptor(entry) for entry in json.loads(content).get("manifests") or []]
    except (HelmforgeError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = printable(str(error)) or type(error).__name__
        raise RegistryError("the registry sent a broken list of referrers", where=where, why=why) from error
