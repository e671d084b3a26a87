"""The built-in policy over rendered manifests: what must hold before an image is published.

The rules are those of the Kubernetes Pod Security Standard `restricted`, and that nothing runs
from an image whose tag says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Manifest = Mapping[str, Any]

_POD_TEMPLATE = {
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}
_CLUSTER_WIDE = frozenset({"ClusterRole", "ClusterRoleBinding"})

# An image as packaging pins it, that can be found again in what is rendered
PROBE_DIGEST = "sha256:" + "0" * 64
PROBE_VALUES = {"image": {"repository": "pinned.invalid/image", "tag": "pinned", "digest": PROBE_DIGEST}}
PROBE_SUFFIX = f"@{PROBE_DIGEST}"


@dataclass(frozen=True)
class Finding:
    """One broken rule: `object` is `Kind/name`, `rule` a stable identifier, `remedy` what to change.

    `evidence` is the manifest's line that says it, such as `hostNetwork: true`; "" where one is missing.
    """

    object: str
    rule: str
    problem: str
    remedy: str
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.object}: {self.problem} [{self.rule}]: {self.remedy}"


_NOT_PINNED = Finding(
    "chart",
    "image-not-pinned",
    "no container runs the image that the values pin",
    "let its image come from image.repository, image.tag and image.digest, as repository:tag@digest",
)


def check(manifests: Sequence[Manifest], *, pinned: str = "") -> tuple[Finding, ...]:
    """`pinned` must occur at the end of some container's image: the chart runs what its values pin."""
    findings = tuple(finding for manifest in _flat(manifests) for finding in _check_one(manifest))
    return (*findings, *not_pinned(manifests, pinned)) if pinned else findings


def not_pinned(manifests: Sequence[Manifest], pinned: str) -> tuple[Finding, ...]:
    """The finding that no container's image ends in `pinned`, unless one does."""
    flat = _flat(manifests)
    images = (str(container.get("image", "")) for manifest in flat for container in _containers(manifest))
    return () if any(image.endswith(pinned) for image in images) else (_NOT_PINNED,)


def _containers(manifest: Manifest) -> Iterator[Manifest]:
    pod = _pod(manifest)
    for group in ("initContainers", "containers"):
        yield from _mappings(pod.get(group))


def _pod(manifest: Manifest) -> Manifest:
    """The pod's specification inside a workload; empty for other objects."""
    path = _POD_TEMPLATE.get(str(manifest.get("kind", "")))
    pod = manifest if path else {}
    for key in path or ():
        pod = _mapping(pod, key)
    return pod


def _flat(manifests: Iterable[object]) -> Iterator[Manifest]:
    """The objects, those inside a `kind: List` as well."""
    for manifest in _mappings(manifests):
        if str(manifest.get("kind", "")).endswith("List"):
            yield from _flat(manifest.get("items") or ())
        else:
            yield manifest


def _mappings(items: object) -> Iterator[Manifest]:
    """Those of a list's items that are mappings: an empty `- ` in a template is none."""
    if isinstance(items, (list, tuple)):
        yield from (item for item in items if isinstance(item, dict))


def _check_one(manifest: Manifest) -> Iterator[Finding]:
    kind = str(manifest.get("kind", ""))
    name = f"{kind}/{_mapping(manifest, 'metadata').get('name', '')}"
    if kind in _CLUSTER_WIDE:
        yield Finding(
            name, "cluster-role", "grants rights in the whole cluster", "use a Role and a RoleBinding"
        )
    for broken in _check_pod(_pod(manifest)):
        yield Finding(name, *broken)


def _check_pod(pod: Manifest) -> Iterator[tuple[str, str, str, str]]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key):
            yield "host-namespaces", f"{key} is set", f"remove {key}", f"{key}: true"
    for volume in _mappings(pod.get("volumes")):
        if "hostPath" in volume:
            yield (
                "host-path",
                f"volume {volume.get('name')} mounts the node's disk",
                "use another volume type",
                "hostPath:",
            )
    context = _mapping(pod, "securityContext")
    for group in ("initContainers", "containers"):
        for container in _mappings(pod.get(group)):
            yield from _check_container(container, context)


def _check_container(container: Manifest, pod: Manifest) -> Iterator[tuple[str, str, str, str]]:
    own = _mapping(container, "securityContext")
    where = f"container {container.get('name')}"
    for rule, broken, problem, remedy in _CONTAINER_RULES:
        if broken(own, pod):
            yield rule, f"{where} {problem}", remedy, _EVIDENCE.get(rule, "")
    image = str(container.get("image", ""))
    if _floats(image):
        problem, remedy = f"{where} runs an image without a fixed tag", "pin a version or a digest"
        yield "floating-image", problem, remedy, f"image: {image}"


def _mapping(manifest: Manifest, key: str) -> Manifest:
    value = manifest.get(key)
    return value if isinstance(value, dict) else {}


def _floats(image: str) -> bool:
    name = image.rpartition("/")[2]
    return "@" not in name and (":" not in name or name.endswith(":latest"))


def _either(own: Manifest, pod: Manifest, key: str) -> Any:  # noqa: ANN401  (a field of a manifest)
    return own[key] if key in own else pod.get(key)


_EVIDENCE = {"privileged": "privileged: true"}
_Rule = tuple[str, "Callable[[Manifest, Manifest], bool]", str, str]
_CONTAINER_RULES: tuple[_Rule, ...] = (
    (
        "privileged",
        lambda own, _: bool(own.get("privileged")),
        "is privileged",
        "remove securityContext.privileged",
    ),
    (
        "privilege-escalation",
        lambda own, _: own.get("allowPrivilegeEscalation") is not False,
        "may gain privileges",
        "set securityContext.allowPrivilegeEscalation: false",
    ),
    (
        "run-as-non-root",
        lambda own, pod: _either(own, pod, "runAsNonRoot") is not True or _either(own, pod, "runAsUser") == 0,
        "may run as root",
        "set securityContext.runAsNonRoot: true and a numeric runAsUser",
    ),
    (
        "capabilities",
        lambda own, _: "ALL" not in (_mapping(own, "capabilities").get("drop") or ()),
        "keeps Linux capabilities",
        "set securityContext.capabilities.drop: [ALL]",
    ),
    (
        "seccomp",
        lambda own, pod: (
            _mapping({"": _either(own, pod, "seccompProfile")}, "").get("type")
            not in {"RuntimeDefault", "Localhost"}
        ),
        "has no seccomp profile",
        "set securityContext.seccompProfile.type: RuntimeDefault",
    ),
)
