"""`helmforge init`: adopt a repository."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.adoption import find_services, service_globs
from helmforge.domain.branches import glob_matches
from helmforge.errors import HelmforgeError, RefusedError, UsageError
from helmforge.flows.configuration import load_services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from helmforge.domain.adoption import FoundService
    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import Files, Git


@dataclass(frozen=True)
class Adoption:
    """What `init` did. `trunk_source` says where the name of the trunk comes from, `new` are the services
    that got a service.yaml, `kept` says that helmforge.yaml was there and is as it was.
    """

    services: tuple[FoundService, ...]
    new: tuple[FoundService, ...]
    skipped: Mapping[str, str]
    written: tuple[str, ...]
    trunk: str
    trunk_source: str
    kept: bool = False


def initialise(git: Git, files: Files, registry: Callable[[], str], *, given: str = "") -> Adoption:
    """Writes helmforge.yaml and a service.yaml for each service found, all of them or none. Where
    helmforge.yaml exists it stays, and service.yaml files are written for the services that it covers.

    `registry` is asked only when there is something to write, `given` is the one that the user has named
    already. Raises UsageError when the registry's name is wrong, and RefusedError when `given` is not
    that of helmforge.yaml.
    """
    existing = files.read(config.CONFIG_FILE)
    if existing is not None:
        return _extended(git, files, config.parse_settings(_text(existing)), given)
    findings = find_services(files.find(), git.root.name)
    trunk, trunk_source = _trunk(git)
    text = _config_text(_checked(registry()), trunk, service_globs(findings.services))
    config.parse_settings(text)  # a trunk or a folder with a name that no configuration can hold
    new = tuple(service for service in findings.services if not service.configured)
    written = {config.CONFIG_FILE: text} | _service_files(new)
    files.write_new(written)
    return Adoption(findings.services, new, findings.skipped, tuple(written), trunk, trunk_source)


def _extended(git: Git, files: Files, settings: Settings, given: str) -> Adoption:
    """The second run: only service.yaml files of services that are new."""
    if given and _checked(given) != str(settings.registry):
        raise RefusedError(
            f"{config.CONFIG_FILE} exists, with the registry {str(settings.registry)!r}",
            why="only new services are added to a repository that was adopted before",
            hint=f"edit {config.CONFIG_FILE}, or leave out --registry",
        )
    findings = find_services(files.find(), git.root.name)
    names = {str(service.name): service.folder for service in load_services(git, settings)}
    skipped, new = dict(findings.skipped), []
    for service in findings.services:
        if service.configured:
            continue
        why = _unfit(service, settings, names)
        if why:
            skipped[service.folder] = why
        else:
            new.append(service)
    written = _service_files(new)
    if written:
        files.write_new(written)
    services = tuple(service for service in findings.services if service.folder not in skipped)
    trunk_source = config.CONFIG_FILE
    return Adoption(services, tuple(new), skipped, tuple(written), settings.trunk, trunk_source, kept=True)


def _unfit(service: FoundService, settings: Settings, names: Mapping[str, str]) -> str:
    """Why a folder that could be a service cannot become one of this configuration; "" when it can."""
    if not any(glob_matches(glob, service.folder) for glob in settings.services):
        (glob,) = service_globs([service])
        return f"it is not among `services:` of {config.CONFIG_FILE}: add {glob!r} there"
    return f"{names[service.name]} has the same name" if service.name in names else ""


def _service_files(services: Iterable[FoundService]) -> dict[str, str]:
    return {
        posixpath.normpath(f"{service.folder}/{config.SERVICE_FILE}"): service_text(service)
        for service in services
    }


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


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
