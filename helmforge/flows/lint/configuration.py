"""helmforge.yaml and the service.yaml files, with what is wrong in them as findings."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.findings import Finding, Place
from helmforge.errors import ConfigError, UsageError
from helmforge.flows.configuration import find_service
from helmforge.flows.lint.files import of_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
        return None, (), tuple(_findings(error, config.CONFIG_FILE))
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
            findings += [replace(finding, service=name) for finding in _findings(error, path)]
            continue
        other = known.setdefault(service.name, service)
        if other is not service:
            findings.append(_same_name(service, other, path))
    return tuple(known[name] for name in sorted(known)), tuple(findings)


def _findings(error: ConfigError, file: str) -> Iterator[Finding]:
    """One for each line of the error that names its place, `file:line key: problem`."""
    line = re.compile(rf"{re.escape(file)}:(?P<line>\d+)(?: (?P<key>\S+))?: (?P<text>.*)")
    said = error.why.splitlines()
    found = [line.fullmatch(each) for each in said]
    if not any(found):
        whole = of_error(error, _RULE, file)
        yield replace(whole, reason=f"{whole.key}: {whole.reason}" if whole.key else whole.reason)
        return
    for one, text in zip(found, said, strict=True):
        key = (one["key"] or "") if one else ""
        reason = f"{key}: {one['text']}" if one and key else one["text"] if one else text
        yield Finding(_RULE, Place(file, int(one["line"]) if one else 1), reason, error.hint, key=key)


def _same_name(service: Service, other: Service, path: str) -> Finding:
    return Finding(
        _RULE,
        Place(path, 1),
        f"{service.folder} and {other.folder} are both called {service.name!r}",
        "set `name` in one of them",
        key="name",
        service=service.name,
    )
