"""Generated workflows of several repositories, as text and as YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge import __version__
from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_settings
from helmforge.domain.ci_files import CiSystem, answers
from helmforge.yamlio import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.settings import Settings

# A name that YAML would read as something else
_ONE_STAGE = """\
  "true": {cluster: {context: dev}, deploy: on-release}
"""
_TWO_STAGES = """\
  qa: {cluster: {context: dev}, deploy: on-release}
  prod: {cluster: {context: prod}, deploy: on-approval}
"""
_EVERYTHING = """\
  dev: {cluster: {context: dev}, deploy: on-trunk}
  dev-eu: {cluster: {context: eu}, deploy: on-trunk}
  qa: {cluster: {context: dev}, deploy: on-release}
  load: {cluster: {context: dev}, deploy: on-release}
  staging: {cluster: {context: dev}, deploy: on-approval, prereleases: false}
  prod: {cluster: {context: prod}, deploy: on-approval}
"""
_ACTION = f"acme/helmforge@{'a' * 40}"
_IMAGE = f"ghcr.io/acme/helmforge@sha256:{'b' * 64}"
_BRANCHES = """\
branches:
  feature: ["feature/**", "**/wip+*", fix/*]
  ignore: ["feature/**/scratch", "*/draft"]
  release: "{service}/release/{version}"
"""
_AUTOMATIC = """\
  staging: {cluster: {context: dev}, deploy: on-approval, approvals: {required: 0}}
"""
CONFIGURATIONS = {
    "one-stage": f"environments:\n{_ONE_STAGE}",
    "two-stages": f"environments:\n{_TWO_STAGES}",
    "automatic": f"environments:\n{_AUTOMATIC}{_TWO_STAGES}",
    "everything": f"trunk: trunk/2.x+\nci: {{runner: [linux, x64]}}\nenvironments:\n{_EVERYTHING}",
    "branches": f"{_BRANCHES}ci: {{runner: ubuntu-24.04}}\nenvironments:\n{_TWO_STAGES}",
    "image": f"ci: {{image: {_IMAGE}}}\nenvironments:\n{_TWO_STAGES}",
    "key": f"provenance: {{sign: {{key: 'env://HELMFORGE_SIGNING_KEY'}}}}\nenvironments:\n{_EVERYTHING}",
    "keyless": f"provenance: {{sign: {{keyless: true}}}}\nenvironments:\n{_EVERYTHING}",
    "action": f"ci: {{action: {_ACTION}}}\nenvironments:\n{_EVERYTHING}",
}


def settings(name: str) -> Settings:
    return parse_settings(f"registry: myrepo.cr.io\n{CONFIGURATIONS[name]}")


def workflow(name: str, path: str = "") -> str:
    return BuiltInPipelines().pipeline(
        CiSystem.GITHUB, answers(settings(name), CiSystem.GITHUB, __version__, path)
    )


def document(name: str) -> dict[str, Any]:
    """With the key `on`, which YAML 1.1 would read as a boolean."""
    data = parse(workflow(name), "workflow").data
    assert isinstance(data, dict)
    return data


def steps(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with the name of its job."""
    for name, job in data["jobs"].items():
        for step in job["steps"]:
            yield name, step
