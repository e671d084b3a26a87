"""What is built from Go modules: which programs, from which folders of dev/, with which versions inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dev.cache import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BUILDKIT = "github.com/moby/buildkit"
_BUILDX = "github.com/docker/buildx"
_COSIGN = "github.com/sigstore/cosign"


@dataclass(frozen=True)
class Family:
    """Programs that are of use together. `modules`: folders of dev/ -> programs -> packages; `version` is
    that of a module's dependency. `minutes` on two cores, when Go has nothing in its own caches.
    """

    name: str
    version: tuple[str, str]
    minutes: int
    modules: Mapping[str, Mapping[str, str]]


CONTROL_PLANE = Family(
    "controlplane",
    ("controlplane/kubernetes", "k8s.io/kubernetes"),
    15,
    {
        "controlplane/etcd": {"etcd": "go.etcd.io/etcd/server/v3"},
        "controlplane/kwok": {"kwok": "sigs.k8s.io/kwok/cmd/kwok"},
        "controlplane/kubernetes": {
            name: f"k8s.io/kubernetes/cmd/{name}"
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        },
    },
)
BUILDKIT = Family(
    "buildkit",
    ("buildkit", _BUILDKIT),
    5,
    {
        "buildkit": {
            "buildkitd": f"{_BUILDKIT}/cmd/buildkitd",
            "buildctl": f"{_BUILDKIT}/cmd/buildctl",
            "docker-buildx": f"{_BUILDX}/cmd/buildx",
        }
    },
)
REFERRERS_REGISTRY = Family(
    "referrers-registry",
    ("referrers_registry", "github.com/google/go-containerregistry"),
    2,
    {"referrers_registry": {"referrers-registry": "."}},
)
# Both are called cosign, so that a folder of the cache put on PATH decides which one is found there.
COSIGN_2 = Family(
    "cosign2", ("sigstore/v2", f"{_COSIGN}/v2"), 4, {"sigstore/v2": {"cosign": f"{_COSIGN}/v2/cmd/cosign"}}
)
COSIGN_3 = Family(
    "cosign3", ("sigstore/v3", f"{_COSIGN}/v3"), 4, {"sigstore/v3": {"cosign": f"{_COSIGN}/v3/cmd/cosign"}}
)
# What signing without a key of one's own asks for: certificates, timestamps, a transparency log.
SIGSTORE_SERVICES = Family(
    "sigstore",
    ("sigstore/v3", "github.com/sigstore/fulcio"),
    3,
    {
        "sigstore/v3": {
            "fulcio": "github.com/sigstore/fulcio",
            "timestamp-server": ".",
        },
        # The last version that also takes the entries which cosign 2 makes.
        "sigstore/rekor": {"rekor-server": "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix"},
    },
)


_SERVICES = (name for programs in SIGSTORE_SERVICES.modules.values() for name in programs)
SIGSTORE_PROGRAMS = frozenset({COSIGN_2.name, COSIGN_3.name, *_SERVICES})


def module_folder(module: str) -> Path:
    return ROOT / "dev" / module


def module_version(module: str, path: str) -> str:
    """Of the dependency `path`, as the module's go.mod has it."""
    text = (module_folder(module) / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require)?\s*{re.escape(path)} (v\S+)", text, flags=re.MULTILINE)
    assert found, f"{module}/go.mod does not require {path}"
    return found[1]


def version_flags(family: Family, module: str) -> str:
    """For the linker. Without these, the programs report version 0.0.0 or none, and clients refuse to talk
    to the API server.
    """
    return " ".join(f"-X {name}={value}" for name, value in _version_variables(family, module).items())


def _version_variables(family: Family, module: str) -> dict[str, str]:
    if module == "controlplane/kwok":
        return {"sigs.k8s.io/kwok/pkg/consts.Version": module_version(module, "sigs.k8s.io/kwok")}
    if family is BUILDKIT:
        parts = (_BUILDKIT, _BUILDX)
        return {f"{part}/version.Version": module_version(module, part) for part in parts}
    if family in (COSIGN_2, COSIGN_3):
        return {"sigs.k8s.io/release-utils/version.gitVersion": module_version(*family.version)}
    if module == "controlplane/kubernetes":
        return _kubernetes_variables(module_version(module, "k8s.io/kubernetes"))
    return {}


def _kubernetes_variables(version: str) -> dict[str, str]:
    major, minor, _ = version.removeprefix("v").split(".")
    facts = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return {f"k8s.io/component-base/version.{key}": value for key, value in facts.items()}
