"""`helmforge scaffold`: a chart, its values per environment, service.yaml and a Dockerfile."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.branches import glob_matches
from helmforge.domain.names import Namespace, ServiceName
from helmforge.domain.scaffolding import ChartAnswers, EnvironmentAnswers
from helmforge.domain.settings import DeployWhen, Service
from helmforge.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import Files, Templates

_CHART = "chart/"
_DOCKERFILE = "Dockerfile"


@dataclass(frozen=True)
class ScaffoldRequest:
    """What the user typed; empty strings mean the default, or what an existing service.yaml says."""

    service: str
    type: str = ""
    port: int = 8080
    path: str = ""
    context: str = ""


@dataclass(frozen=True)
class Scaffolded:
    """`kept` are files of the user's that were there before. Nothing was `written` on a second run."""

    service: Service
    written: tuple[str, ...]
    kept: tuple[str, ...]


def scaffold(
    files: Files,
    templates: Templates,
    settings: Settings,
    services: Sequence[Service],
    request: ScaffoldRequest,
) -> Scaffolded:
    """Writes everything that is missing, or nothing. `services` are those that exist.

    Raises RefusedError when a file exists with another content, and UsageError when the request
    contradicts helmforge.yaml or an existing service.yaml.
    """
    name = ServiceName.parse(request.service)
    existing = next((service for service in services if service.name == name), None)
    service = _agreed(existing, request) if existing else _new(settings, services, name, request)
    wanted = _wanted(service, templates.render(_answers(settings, service, request.port)))
    service_file = posixpath.normpath(posixpath.join(service.folder, config.SERVICE_FILE))
    wanted[service_file] = _service_text(service)
    kept = [path for path in (service.build.dockerfile, service_file) if files.exists(path)]
    missing = _missing(files, {path: text for path, text in wanted.items() if path not in kept})
    if missing:
        files.write_new(missing)
    return Scaffolded(service, tuple(sorted(missing)), tuple(kept))


def _agreed(existing: Service, request: ScaffoldRequest) -> Service:
    """service.yaml has the last word: scaffold never edits it."""
    asked = {"type": request.type, "context": request.context, "folder": request.path and _path(request)}
    for key, value in asked.items():
        has = getattr(existing, key)
        if value and value != has:
            raise UsageError(
                f"{existing.name} exists with {key} {has!r}, not {value!r}",
                where=posixpath.join(existing.folder, config.SERVICE_FILE),
                hint=f"change it there, or leave out the option for its {key}",
            )
    return existing


def _new(
    settings: Settings, services: Sequence[Service], name: ServiceName, request: ScaffoldRequest
) -> Service:
    folder = _path(request) if request.path else _default_folder(settings, name)
    if not any(glob_matches(glob, folder) for glob in settings.services):
        raise UsageError(
            f"{folder} is not among the folders of services",
            where=f"{config.CONFIG_FILE} services",
            why=f"services are looked for in {', '.join(settings.services)}",
            hint=f"add {folder!r} to `services:`",
        )
    other = next((service for service in services if service.folder == folder), None)
    if other is not None:
        raise UsageError(
            f"{folder} is the folder of the service {other.name!r}", hint="choose another --path"
        )
    service = config.parse_service(f"name: {name}", folder)
    return replace(
        service, type=request.type or Service.type, context=_context(request.context or Service.context)
    )


def _context(text: str) -> str:
    try:
        return Namespace.parse(text)
    except UsageError as error:
        raise UsageError(f"{text!r} is not a context", why=error.why, hint="such as --context shop") from None


def _path(request: ScaffoldRequest) -> str:
    try:
        return config.parse_path(request.path)
    except UsageError as error:
        why = error.what
        raise UsageError(f"{request.path!r} cannot be the folder of a service", why=why) from None


def _default_folder(settings: Settings, name: ServiceName) -> str:
    for glob in settings.services:
        parent, _, last = glob.rpartition("/")
        if last in {"*", "**"} and "*" not in parent:
            return posixpath.join(parent, name)
    raise UsageError(
        f"where should {name} live?",
        why=f"`services:` in {config.CONFIG_FILE} has no FOLDER/*: {', '.join(settings.services)}",
        hint=f"helmforge scaffold {name} --path FOLDER",
    )


def _answers(settings: Settings, service: Service, port: int) -> ChartAnswers:
    return ChartAnswers(
        service=service.name,
        type=service.type,
        context=service.context,
        port=port,
        registry=str(settings.registry),
        environments=tuple(
            EnvironmentAnswers(
                name=environment.name,
                image_repository=str(environment.images.repository(service.name)),
                production=environment.deploy is DeployWhen.ON_APPROVAL,
            )
            for environment in settings.environments
        ),
    )


def _wanted(service: Service, rendered: Mapping[str, str]) -> dict[str, str]:
    """The templates know one layout; service.yaml may place chart and Dockerfile elsewhere."""
    wanted = {}
    for path, text in rendered.items():
        if path.startswith(_CHART):
            target = posixpath.join(service.chart, path.removeprefix(_CHART))
        elif path == _DOCKERFILE:
            target = service.build.dockerfile
        else:
            target = posixpath.join(service.folder, path)
        wanted[posixpath.normpath(target)] = text
    return wanted


def _service_text(service: Service) -> str:
    lines = ["# Everything has a default: `helmforge schema service` describes every key."]
    if service.name != posixpath.basename(service.folder):
        lines.append(f"name: {service.name}")
    if service.context != Service.context:
        lines.append(f"context: {service.context}")
    lines += [f"type: {service.type}", "# test: make test", ""]
    return "\n".join(lines)


def _missing(files: Files, wanted: Mapping[str, str]) -> dict[str, str]:
    """What is not there yet. RefusedError when something else is."""
    found = {path: files.read(path) for path in wanted}
    clashes = [path for path, text in wanted.items() if found[path] not in {None, text.encode()}]
    if clashes:
        raise RefusedError(
            "files with another content are in the way",
            why="\n".join(sorted(clashes)),
            hint="nothing was written; move them away, or keep them and do without scaffold",
        )
    return {path: text for path, text in wanted.items() if found[path] is None}
