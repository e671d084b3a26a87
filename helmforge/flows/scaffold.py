"""`helmforge scaffold`: a chart, its values per environment, service.yaml and a Dockerfile."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain.branches import glob_matches
from helmforge.domain.chart_lock import LOCK_FILE, lock_text
from helmforge.domain.names import Namespace, ServiceName
from helmforge.domain.settings import Service
from helmforge.errors import RefusedError, UsageError
from helmforge.flows.pristine import CHART, chart_answers, pristine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import ChartFolders, Files, Templates

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
    requests: Sequence[ScaffoldRequest],
    *,
    folders: ChartFolders,
    object_format: str = "sha1",
) -> tuple[Scaffolded, ...]:
    """Writes everything that is missing of all services, or nothing. `services` are those that exist.
    An update that was interrupted is completed first. `object_format` is the repository's, for the lock.

    Raises RefusedError when a file exists with another content, and UsageError when a request
    contradicts helmforge.yaml, an existing service.yaml, or another request.
    """
    missing: dict[str, str] = {}
    clashes: list[str] = []
    results = []
    for service, request in _services(settings, services, requests):
        if files.exists(service.chart):
            folders.recover(service.chart)
        wanted = _texts(templates, settings, service, request.port, object_format)
        found = _found(files, service, wanted)
        if found.pop(_lock(service), None) is not None:
            del wanted[_lock(service)]  # an update moves it on, and nobody else
        own = [path for path in (service.build.dockerfile, _service_file(service)) if path in found]
        new = {path: text for path, text in wanted.items() if path not in found}
        clashes += [path for path, content in found.items() if path not in own and content != wanted[path]]
        missing |= new
        results.append(Scaffolded(service, tuple(sorted(new)), tuple(own)))
    if clashes:
        raise _in_the_way(files, clashes, results)
    if missing:
        files.write_new(missing)
    return tuple(results)


def _services(
    settings: Settings, services: Sequence[Service], requests: Sequence[ScaffoldRequest]
) -> list[tuple[Service, ScaffoldRequest]]:
    """Each service once, with the request that asks for it."""
    named = {service.name: service for service in services}
    folders = {service.folder: service for service in services}
    asked: dict[ServiceName, tuple[Service, ScaffoldRequest]] = {}
    for request in requests:
        name = ServiceName.parse(request.service)
        existing = named.get(name)
        service = _agreed(existing, request) if existing else _new(settings, folders, name, request)
        folders[service.folder] = service
        asked[name] = (service, request)
    return list(asked.values())


def _texts(
    templates: Templates, settings: Settings, service: Service, port: int, object_format: str
) -> dict[str, str]:
    """Path from the repository's root -> content of everything that belongs to a service."""
    answers = chart_answers(
        settings, service.name, type_name=service.type, context=service.context, port=port
    )
    rendered = templates.render(answers)
    lock = pristine(templates, answers, rendered, object_format).lock()
    wanted = _wanted(service, rendered)
    return wanted | {_lock(service): lock_text(lock), _service_file(service): _service_text(service)}


def _lock(service: Service) -> str:
    return posixpath.join(service.chart, LOCK_FILE)


def _service_file(service: Service) -> str:
    return posixpath.normpath(posixpath.join(service.folder, config.SERVICE_FILE))


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
    settings: Settings, folders: Mapping[str, Service], name: ServiceName, request: ScaffoldRequest
) -> Service:
    folder = _path(request) if request.path else _default_folder(settings, name)
    if not any(glob_matches(glob, folder) for glob in settings.services):
        raise UsageError(
            f"{folder} is not among the folders of services",
            where=f"{config.CONFIG_FILE} services",
            why=f"services are looked for in {', '.join(settings.services)}",
            hint=f"add {folder!r} to `services:`",
        )
    other = folders.get(folder)
    if other is not None and other.name != name:
        raise UsageError(
            f"{folder} is the folder of the service {other.name!r}", hint="choose another --path"
        )
    service = config.default_service(name, folder)
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


def _wanted(service: Service, rendered: Mapping[str, str]) -> dict[str, str]:
    """The templates know one layout; service.yaml may place chart and Dockerfile elsewhere."""
    wanted = {}
    for path, text in rendered.items():
        if path.startswith(CHART):
            target = posixpath.join(service.chart, path.removeprefix(CHART))
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


def _found(files: Files, service: Service, wanted: Iterable[str]) -> dict[str, str]:
    """What is there of `wanted`. Where there is no folder nobody has to look for files."""
    if not files.exists(service.folder):
        return {}
    contents = ((path, files.read(path)) for path in wanted if files.exists(path))
    return {path: (content or b"").decode("utf-8", errors="replace") for path, content in contents}


def _in_the_way(files: Files, clashes: list[str], results: Sequence[Scaffolded]) -> RefusedError:
    managed = [each.service.name for each in results if files.exists(_lock(each.service))]
    update = f"; helmforge update {managed[0]} brings an edited chart to new templates" if managed else ""
    return RefusedError(
        "files with another content are in the way",
        why="\n".join(sorted(clashes)),
        hint=f"nothing was written; move them away, or keep them and do without scaffold{update}",
    )
