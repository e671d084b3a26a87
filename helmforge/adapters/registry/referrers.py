"""Manifests attached to other manifests (distribution-spec 1.1, "Listing Referrers")."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from helmforge.adapters.registry.calls import Call, pull
from helmforge.adapters.registry.content import MANIFEST_LIMIT, descriptor
from helmforge.adapters.registry.encoding import artifact, index
from helmforge.adapters.registry.manifests import next_page
from helmforge.adapters.registry.media_types import EMPTY, OCI_INDEX, OCI_MANIFEST
from helmforge.adapters.registry.problems import RegistryError, bare_url, error_codes, explain, printable
from helmforge.adapters.registry.urls import repository_url
from helmforge.domain.oci import Descriptor
from helmforge.domain.oci_manifest import manifest_document
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from helmforge.adapters.registry.blobs import Blobs
    from helmforge.adapters.registry.calls import Answer
    from helmforge.adapters.registry.manifests import Manifests
    from helmforge.adapters.registry.transport import Transport
    from helmforge.domain.oci import Digest, ImageRef, Manifest, RegistryHost, Repository

_OK = 200
_ABSENT = (400, 404, 405)  # how registries say that they have no Referrers API
_UNKNOWN = frozenset({"NAME_UNKNOWN", "MANIFEST_UNKNOWN"})  # how Quay says that there is nothing yet
_MOST_PAGES = 100
_MOST_RACES = 8
_MOST_ENTRIES = 2000


@dataclass(frozen=True)
class Referrers:
    """The Referrers API, and the fallback tag of registries that lack it. `scopes` as those of Manifests."""

    transport: Transport
    manifests: Manifests
    blobs: Blobs
    scopes: tuple[str, ...] = ()
    _with: set[RegistryHost] = field(default_factory=set)  # registries that have answered by the API
    _without: set[RegistryHost] = field(default_factory=set)  # registries that lack it

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
        manifest = artifact(artifact_type, config, layer, target, annotations)
        if not self.put(repository, manifest):
            entry = Descriptor(
                OCI_MANIFEST, manifest.digest, len(manifest.content), artifact_type, dict(annotations)
            )
            self.add_to_fallback(repository, target.digest, [entry])
        return manifest.digest

    def put(self, repository: Repository, manifest: Manifest) -> bool:
        """Whether the registry said that it will list the manifest with its subject."""
        return "OCI-Subject" in self.manifests.put(repository.at(manifest.digest), manifest).headers

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
        entries = self.listed(subject.repository, target)
        return tuple(entry for entry in entries if artifact_type in {"", entry.artifact_type})

    def listed(self, repository: Repository, subject: Digest) -> tuple[Descriptor, ...]:
        found: dict[Digest, Descriptor] = {}
        for entry in chain(self._from_api(repository, subject), self._fallback(repository, subject)):
            found[entry.digest] = entry
            if len(found) > _MOST_ENTRIES:
                where = str(repository.at(subject))
                raise RegistryError(f"there are more than {_MOST_ENTRIES} referrers", where=where)
        return tuple(found.values())

    def _from_api(self, repository: Repository, subject: Digest) -> Iterator[Descriptor]:
        if repository.registry in self._without:
            return
        where = repository_url(repository, f"referrers/{subject}")
        answer = self._page(repository, where)
        if not _is_index(answer):
            self._not_listed(repository.registry, answer)
            return
        self._with.add(repository.registry)
        for _ in range(_MOST_PAGES):
            yield from _entries(answer.body, bare_url(answer.url))
            address = next_page(answer)
            if address is None:
                return
            answer = self._page(repository, address)
            if not _is_index(answer):
                why = explain(answer.status, answer.body)
                raise RegistryError("the list of referrers breaks off", where=bare_url(where), why=why)
        raise RegistryError("the list of referrers has no end", where=bare_url(where))

    def _page(self, repository: Repository, address: str) -> Answer:
        scopes, headers = (*self.scopes, pull(repository)), {"Accept": OCI_INDEX}
        expect = (_OK, *_ABSENT)
        return self.transport.send(
            Call("GET", repository.registry, address, expect, scopes, headers, limit=MANIFEST_LIMIT)
        )

    def _not_listed(self, registry: RegistryHost, answer: Answer) -> None:
        """Nothing of this one image. Of the registry only when it neither says that it does not know the
        image nor has listed another one's.
        """
        if registry not in self._with and error_codes(answer.body).isdisjoint(_UNKNOWN):
            self._without.add(registry)

    def _fallback(self, repository: Repository, subject: Digest) -> list[Descriptor]:
        ref = repository.tagged(fallback_tag(subject))
        manifest = self.manifests.get(ref)
        return _entries(manifest.content, str(ref)) if manifest else []

    def add_to_fallback(
        self, repository: Repository, subject: Digest, entries: Collection[Descriptor]
    ) -> None:
        """Read, write, look again: the tag has no compare-and-swap, another writer may have been between."""
        tag = repository.tagged(fallback_tag(subject))
        for _ in range(_MOST_RACES):
            there = self._fallback(repository, subject)
            known = {found.digest for found in there}
            missing = [entry for entry in entries if entry.digest not in known]
            if not missing:
                return
            self.manifests.put(tag, index([*there, *missing]))
        raise RegistryError(
            "cannot attach to the manifest: others keep overwriting the list of referrers",
            where=str(tag),
            hint="run the command again",
        )


def fallback_tag(subject: Digest) -> str:
    """distribution-spec 1.1, "Referrers Tag Schema"."""
    algorithm, _, encoded = subject.partition(":")
    return f"{algorithm[:32]}-{encoded[:64]}"


def _is_index(answer: Answer) -> bool:
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return answer.status == _OK and media_type == OCI_INDEX


def _entries(content: bytes, where: str) -> list[Descriptor]:
    try:
        return [descriptor(entry) for entry in manifest_document(content).get("manifests") or []]
    except (HelmforgeError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = printable(str(error)) or type(error).__name__
        raise RegistryError("the registry sent a broken list of referrers", where=where, why=why) from error
