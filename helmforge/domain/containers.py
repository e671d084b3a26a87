"""Containers as a cluster reports them, and the bytes that they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import Digest
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KINDS_OF_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True)
class Container:
    """A container of a pod that has not ended.

    `image` is what the pod asks for, `image_id` what the node says that it runs, "" while it says nothing.
    `owner` is the object that made the pod (`ReplicaSet/shop-5d9`), "" for a pod made by hand; `release` the
    Helm release of the topmost owner; `instance` the pod's label app.kubernetes.io/instance.
    """

    pod: str
    name: str
    image: str
    image_id: str
    running: bool
    owner: str = ""
    release: str = ""
    instance: str = ""

    def belongs_to(self, release: str) -> bool:
        """By its owner, or by the label for which its Services look."""
        return release in {self.release, self.instance}

    @property
    def title(self) -> str:
        made = f" of {self.owner}" if self.owner else ", which no controller made"
        return f"container {self.name} of pod {self.pod}{made}"


def pinned_digest(image: str) -> Digest | None:
    """What an image reference is pinned to: `<repository>[:<tag>]@<digest>`."""
    _, at, digest = image.rpartition("@")
    return _digest(digest) if at else None


def repository_of(image: str) -> str:
    """The reference without tag and digest, as it is written."""
    name = image.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}"


def reported_digest(image_id: str) -> Digest | None:
    """What a node says that it runs. containerd and CRI-O: `<repository>@<digest>`; Docker puts
    `docker-pullable://` before that. Of an image without a repository, the digest of its configuration:
    `sha256:…`, `docker://sha256:…`.
    """
    bare = image_id.rpartition("://")[2]
    return _digest(bare.rpartition("@")[2])


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except UsageError:
        return None


def images_named(manifests: Iterable[object]) -> Mapping[str, frozenset[str]]:
    """By the name of the container: the images that objects with a pod template, and pods, name."""
    found: dict[str, set[str]] = {}
    for manifest in manifests:
        for container in _containers(_pod_spec(manifest)):
            found.setdefault(str(container.get("name", "")), set()).add(str(container.get("image", "")))
    return {name: frozenset(images) for name, images in found.items()}


def _pod_spec(manifest: object) -> Mapping[str, Any]:
    spec = _mapping(_mapping(manifest).get("spec"))
    if _mapping(manifest).get("kind") == "Pod":
        return spec
    job = _mapping(_mapping(spec.get("jobTemplate")).get("spec"))
    return _mapping(_mapping((job or spec).get("template")).get("spec"))


def _containers(spec: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for kind in _KINDS_OF_CONTAINERS:
        listed = spec.get(kind)
        yield from (_mapping(item) for item in (listed if isinstance(listed, list) else []))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
