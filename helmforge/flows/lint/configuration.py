"""helmforge.yaml and the service.yaml files, with what is wrong in them as findings."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.findings import Finding, Place
from helmforge.errors import ConfigError, UsageError
from helmforge.flows.configuration import find_service
from helmforge.flows.lint.files import of_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.ports import Files, Git

_RULE = "config/invalid"


def configuration(
    git: Git, files: Files, names: Sequence[str]
) -> tuple[Settings | None, tuple[Service, ...], tuple[Finding, ...]]:
    """Settings (None when they are not valid), the services asked for, and what is wrong."""
    text = files.read(config.CONFIG_FILE)
    if text is None:
        raise UsageError(f"this repository has no {config.CONFIG_FILE}", hint="helmforge init")
    try:
        settings = config.parse_settings(text.decode("utf-8", errors="replace"))
    except ConfigError as error:
        return None, (), tuple(of_lines(error, _RULE, config.CONFIG_FILE))
    services, findings = _services(files, git.folders_with(config.SERVICE_FILE, settings.services))
    broken = {finding.service for finding in findings}
    if names:
        wanted = [name for name in names if name not in broken]
        services = tuple(find_service(git, settings, services, name) for name in dict.fromkeys(wanted))
        findings = tuple(finding for finding in findings if finding.service in names)
    return settings, services, findings


def _services(files: Files, folders: Iterable[str]) -> tuple[tuple[Service, ...], tuple[Finding, ...]]:
    """Those that can be read. A broken service.yaml belongs to the service that its folder is named after."""
    known: dict[str, Service] = {}
    findings: list[Finding] = []
    for folder in folders:
        path = posixpath.normpath(posixpath.join(folder, config.SERVICE_FILE))
        text = (files.read(path) or b"").decode("utf-8", errors="replace")
        try:
            service = config.parse_service(text, folder, path)
        except ConfigError as error:
            name = posixpath.basename(folder)
            findings += [replace(finding, service=name) for finding in of_lines(error, _RULE, path)]
            continue
        other = known.setdefault(service.name, service)
        if other is not service:
            findings.append(_same_name(service, other, path))
    return tuple(known[name] for name in sorted(known)), tuple(findings)


def _same_name(service: Service, other: Service, path: str) -> Finding:
    return Finding(
        _RULE,
        Place(path, 1),
        f"{service.folder} and {other.folder} are both called {service.name!r}",
        "set `name` in one of them",
        key="name",
        service=service.name,
    )
