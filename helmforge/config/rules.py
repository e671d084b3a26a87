"""What the JSON Schema of helmforge.yaml cannot say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from helmforge.config import builds, values
from helmforge.config.approvals import approval_rules
from helmforge.config.provenance import policy_rules, provenance_rules
from helmforge.config.values import objection
from helmforge.domain.names import EnvironmentName
from helmforge.domain.settings import DeployWhen
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PATH = "a path inside the repository"


def broken_rules(data: dict[str, Any]) -> Iterator[Problem]:
    """`data` is valid by the schema."""
    unusable = list(objection(("registry",), "a registry", values.parse_registry, data["registry"]))
    yield from unusable
    if "trunk" in data:
        yield from objection(("trunk",), "a branch name", values.check_branch, data["trunk"])
    release = data.get("branches", {}).get("release")
    if release is not None:
        yield from objection(
            ("branches", "release"), "a release branch", values.check_release_branch, release
        )
    for index, folder in enumerate(data.get("services", [])):
        yield from objection(("services", index), _PATH, values.parse_path, folder)
    for index, glob in enumerate(data.get("affected", {}).get("ignore", [])):
        yield from objection(("affected", "ignore", index), _PATH, values.parse_path, glob)
    if "templates" in data:
        yield from objection(("templates",), _PATH, values.parse_path, data["templates"])
    if "builder" in data:
        yield from builds.builder_rules(data["builder"])
    yield from builds.repository_build_rules(data.get("build", {}))
    yield from _scan_rules(data.get("scan", {}))
    yield from provenance_rules(data.get("provenance", {}))
    first = next(iter(data["environments"]))
    if "soak" in data["environments"][first].get("approvals", {}):
        yield Problem(("environments", first, "approvals", "soak"), "expected none: no environment is before")
    for name, environment in data["environments"].items():
        yield from _environment_rules(("environments", name), environment, data.get("teams", {}))
        if "imageNamespace" in environment and not unusable:
            yield from _image_rules(("environments", name, "imageNamespace"), environment, data["registry"])


def _scan_rules(data: dict[str, Any]) -> Iterator[Problem]:
    if "command" in data:
        yield from objection(("scan", "command"), "a command", values.parse_command, data["command"])
    if "ignoreFile" in data:
        yield from objection(("scan", "ignoreFile"), _PATH, values.parse_path, data["ignoreFile"])


def _environment_rules(
    path: tuple[str, str], data: dict[str, Any], teams: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    yield from objection(path, "an environment name", EnvironmentName.parse, path[1])
    if "namespace" in data:
        yield from objection((*path, "namespace"), "a namespace", values.check_namespace, data["namespace"])
    if "approvals" in data:
        yield from approval_rules((*path, "approvals"), data["approvals"], data["deploy"], teams)
    if "provenance" in data:
        yield from policy_rules((*path, "provenance"), data["provenance"], data["deploy"])


def _image_rules(path: tuple[str, ...], data: dict[str, Any], registry: Any) -> Iterator[Problem]:  # noqa: ANN401 - a string or a mapping
    parse = partial(values.parse_images, registry=values.parse_registry(registry))
    yield from objection(path, "a place for images", parse, data["imageNamespace"])
    if data["deploy"] != DeployWhen.ON_APPROVAL.value:
        yield Problem(
            path,
            f"expected none: only a promotion copies images, and `deploy: {data['deploy']}` has none",
        )
