"""`helmforge init`: adopt a repository."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.adoption import EVIDENCE, find_services, service_globs
from helmforge.errors import HelmforgeError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helmforge.domain.adoption import FoundService
    from helmforge.flows.ports import Files, Git


@dataclass(frozen=True)
class Adoption:
    """What `init` did. `trunk_source` says where the name of the trunk comes from."""

    services: tuple[FoundService, ...]
    skipped: Mapping[str, str]
    written: tuple[str, ...]
    trunk: str
    trunk_source: str


def initialise(git: Git, files: Files, registry: Callable[[], str]) -> Adoption:
    """Writes helmforge.yaml and a service.yaml for each service found, all of them or none.

    `registry` is asked only when there is something to write. Raises RefusedError when helmforge.yaml
    exists, and UsageError when the registry's name is wrong.
    """
    if files.exists(config.CONFIG_FILE):
        raise RefusedError(
            f"{config.CONFIG_FILE} exists already",
            hint="edit it; `helmforge scaffold SERVICE` adds a service",
        )
    findings = find_services(files.find(*EVIDENCE), git.root.name)
    trunk, trunk_source = _trunk(git)
    text = _config_text(_checked(registry()), trunk, service_globs(findings.services))
    config.parse_settings(text)  # a trunk or a folder with a name that no configuration can hold
    new = {config.CONFIG_FILE: text}
    for service in findings.services:
        if not service.configured:
            new[posixpath.normpath(f"{service.folder}/{config.SERVICE_FILE}")] = service_text(service)
    files.write_new(new)
    return Adoption(findings.services, findings.skipped, tuple(new), trunk, trunk_source)


def _checked(registry: str) -> str:
    try:
        config.parse_registry(registry)
    except UsageError as error:
        why = f"{error.what}: {error.why}" if error.why else error.what
        raise UsageError(f"{registry!r} is not a registry", why=why) from None
    return registry


def _trunk(git: Git) -> tuple[str, str]:
    try:
        default = git.default_branch()
    except HelmforgeError:  # no remote yet, or offline: the name is a guess that init prints
        default = None
    if default:
        return default, f"the default branch of {git.remote}"
    current = git.branch()
    return (current, "the branch that is checked out") if current else ("main", "a guess")


def service_text(service: FoundService) -> str:
    """An almost empty service.yaml: what differs from the defaults, and a hint."""
    lines = ["# Everything has a default: `helmforge schema service` describes every key."]
    if service.name != posixpath.basename(service.folder):
        lines.append(f"name: {service.name}")
    if service.dockerfile:
        lines += ["build:", f"  dockerfile: {_quoted(service.dockerfile)}"]
    if service.chart:
        lines.append(f"chart: {_quoted(service.chart)}")
    return "\n".join([*lines, "# test: make test", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _config_text(registry: str, trunk: str, globs: tuple[str, ...]) -> str:
    return f"""\
# `helmforge schema config` describes every key.
registry: {_quoted(registry)}    # images <registry>/<service>, charts oci://<registry>/charts/<service>
trunk: {_quoted(trunk)}
branches:
  feature: ["feature/**"]
  ignore: ["feature/experimental/**"]
  release: "release/{{service}}/{{version}}"
services:                        # folders that hold a service.yaml
{chr(10).join(f"  - {_quoted(glob)}" for glob in globs)}
environments:                    # in promotion order
  qa:
    cluster: {{context: dev}}      # a context of your kubeconfig: kubectl config get-contexts
    namespace: "{{context}}-qa"    # {{context}}: the service's bounded context or team
    deploy: on-release
  prod:
    cluster: {{context: prod}}
    namespace: "{{context}}-prod"
    deploy: on-approval
    imageNamespace: prod         # images <registry>/prod/<service>, copied there when promoted
    prereleases: false
    approvals: {{required: 1, notAuthor: true, expires: 14d}}    # from: [ada@example.com]: who may approve
# scan: {{command: trivy, severity: HIGH}}
"""
