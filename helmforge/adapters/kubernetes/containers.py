"""Reads what runs in a namespace from the pods, and whose it is from those who made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.domain.containers import Container

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS = "deployments,statefulsets,daemonsets,cronjobs,replicasets,jobs,pods"
_INSTANCE = "app.kubernetes.io/instance"
_RELEASE = "meta.helm.sh/release-name"
_ENDED = ("Succeeded", "Failed")
_DEEPEST = 5
_FIELDS = (
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)


def containers_of(objects: Sequence[Mapping[str, Any]]) -> Iterator[Container]:
    """`objects` are all of KINDS in one namespace."""
    by_uid = {item["metadata"].get("uid", ""): item for item in objects}
    for item in objects:
        if item.get("kind") == "Pod" and item.get("status", {}).get("phase") not in _ENDED:
            yield from _containers(item, by_uid)


def _containers(pod: Mapping[str, Any], by_uid: Mapping[str, Mapping[str, Any]]) -> Iterator[Container]:
    metadata, status = pod["metadata"], pod.get("status", {})
    owner = _controller(pod)
    for declared, reported in _FIELDS:
        states = {one.get("name"): one for one in status.get(reported) or []}
        for container in pod.get("spec", {}).get(declared) or []:
            state = states.get(container["name"], {})
            yield Container(
                pod=str(metadata["name"]),
                name=str(container["name"]),
                image=str(container.get("image", "")),
                image_id=str(state.get("imageID", "")),
                running="running" in (state.get("state") or {}),
                owner=f"{owner.get('kind', '')}/{owner.get('name', '')}" if owner else "",
                release=_release(pod, by_uid),
                instance=str((metadata.get("labels") or {}).get(_INSTANCE, "")),
            )


def _release(item: Mapping[str, Any], by_uid: Mapping[str, Mapping[str, Any]]) -> str:
    """Helm writes its annotation on the objects of a chart; their pods do not inherit it."""
    for _ in range(_DEEPEST):
        release = (item["metadata"].get("annotations") or {}).get(_RELEASE)
        if release:
            return str(release)
        above = by_uid.get(_controller(item).get("uid", "none"))
        if above is None:
            return ""
        item = above
    return ""


def _controller(item: Mapping[str, Any]) -> Mapping[str, Any]:
    owners = item["metadata"].get("ownerReferences") or []
    return next((owner for owner in owners if owner.get("controller")), {})
