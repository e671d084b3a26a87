"""The first link: what the nodes say that they run is what the approved chart names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge import yamlio
from helmforge.domain.chain import LinkStatus, broken, not_applicable, ok, unknown
from helmforge.domain.containers import images_named, pinned_digest, reported_digest, repository_of
from helmforge.domain.oci import Digest
from helmforge.domain.oci_manifest import manifest_document
from helmforge.errors import UsageError
from helmforge.flows.release.recorded import repository_named
from helmforge.flows.steps.deployed_files import image_values, write_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.chain import Link
    from helmforge.domain.containers import Container
    from helmforge.flows.release.links.case import Case

NAME = "pods"
_MOST_MANIFESTS = 200


def pods(case: Case) -> Link:
    """The worst of all containers, whichever way their pods came to be."""
    found = case.world.kubernetes.containers(case.key.cluster, case.key.namespace)
    ours = [container for container in found if container.belongs_to(case.key.name)]
    if not ours:
        return not_applicable(NAME, f"no pod of {case.key.name} runs in {case.key.namespace}")
    images = _named_by_the_chart(case)
    judge = _Judge(case, images)
    judged = [judge.link(container) for container in ours]
    for status in (LinkStatus.BROKEN, LinkStatus.UNKNOWN):
        if worst := [link for link in judged if link.status is status]:
            more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
            first = worst[0]
            return type(first)(NAME, status, first.what + more, first.expected, first.found)
    count = len({container.pod for container in ours})
    return ok(NAME, f"{len(ours)} containers of {count} pods run the bytes that the chart names")


def _named_by_the_chart(case: Case) -> Mapping[str, frozenset[str]]:
    """Rendered anew from the chart in the registry: Helm's own record could be rewritten by who deploys."""
    record = case.record
    image = image_values(case.repository, record.version, record.image)
    with case.world.workspace() as folder:
        files = write_files(folder, case.chart, case.environment.name, image)
        text = case.world.helm.template(files.package, files.values, case.key.name, case.key.namespace)
    return images_named(yamlio.load_stream(text, f"chart of {case.service.name}"))


class _Judge:
    def __init__(self, case: Case, images: Mapping[str, frozenset[str]]) -> None:
        self._case = case
        self._images = images
        self._same: dict[str, frozenset[str]] = {}

    def link(self, container: Container) -> Link:
        named, title = self._images.get(container.name, frozenset()), container.title
        if container.image not in named:
            expected = " or ".join(sorted(named)) or "no container of this name"
            return broken(
                NAME, f"{title} runs an image that the chart does not name", expected, container.image
            )
        pinned = pinned_digest(container.image)
        if pinned is None:
            return broken(
                NAME, f"{title} is not pinned by digest", f"{container.image}@sha256:…", container.image
            )
        reported = reported_digest(container.image_id)
        if reported is None:
            if not container.running:
                return ok(NAME, f"{title} does not run yet")
            return unknown(
                NAME, f"{title} runs, and its node does not say which bytes: {container.image_id!r}"
            )
        if reported != pinned and reported not in self._same_bytes(container.image, pinned):
            return broken(NAME, f"{title} runs other bytes than its image's", pinned, container.image_id)
        return ok(NAME, title)

    def _same_bytes(self, image: str, pinned: Digest) -> frozenset[str]:
        """Nodes that resolve an index report the manifest of their platform, or its configuration."""
        if image not in self._same:
            self._same[image] = self._below(image, pinned)
        return self._same[image]

    def _below(self, image: str, root: Digest) -> frozenset[str]:
        repository = repository_named(self._case.settings, repository_of(image))
        found: set[str] = set()
        waiting = [root]
        while waiting and len(found) < _MOST_MANIFESTS:
            manifest = self._case.world.registry.manifest(repository.at(waiting.pop()))
            if manifest is None:
                continue
            children, config = _refers_to(manifest.content)
            waiting += [child for child in children if child not in found]
            found |= {*children, *config}
        return frozenset(found)


def _refers_to(content: bytes) -> tuple[list[Digest], list[Digest]]:
    """The manifests of an index, or the configuration of an image."""
    try:
        document = manifest_document(content)
        children = [Digest.parse(entry["digest"]) for entry in document.get("manifests") or []]
        config = document.get("config")
        return children, [Digest.parse(config["digest"])] if config else []
    except (ValueError, KeyError, TypeError, AttributeError, UsageError):
        return [], []
