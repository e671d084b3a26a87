"""Reads what the dependency graph is made of, from the commit that is checked out."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import config
from helmforge.domain import dockerfile
from helmforge.domain.affected import Sources, affected, everything, grow
from helmforge.domain.branches import glob_matches
from helmforge.domain.changes import Ignore
from helmforge.domain.dockerfile.glancing import parents, reads_only_its_own
from helmforge.domain.dockerfile.ignoring import Ignored
from helmforge.domain.orphans import orphans
from helmforge.errors import UsageError
from helmforge.flows.charts_read import chart_dependencies
from helmforge.flows.comparison import changed
from helmforge.flows.configuration import SERVICE_FILE, SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from helmforge.domain.affected import Graph, Reason
    from helmforge.domain.changes import Changed
    from helmforge.domain.dockerfile import BuildInputs
    from helmforge.domain.names import ServiceName
    from helmforge.domain.orphans import Orphan
    from helmforge.domain.settings import Service, Settings
    from helmforge.flows.comparison import Comparison
    from helmforge.flows.ports import Git

_HIDING = (".containerignore", ".dockerignore")  # the first is buildah's and podman's


@dataclass(frozen=True)
class Findings:
    """Why services are affected, and which releases are left behind."""

    reasons: tuple[Reason, ...]
    orphans: tuple[Orphan, ...] = ()


def find(git: Git, settings: Settings, services: Sequence[Service], comparison: Comparison) -> Findings:
    """Which services differ from the bases of `comparison`; all of them when it has none."""
    if not comparison.bases:
        return Findings(everything(services, comparison.why))
    changes = changed(git, comparison)
    if not changes:
        return Findings(())
    before = tuple(_former(git, settings, base, changes, services) for base in comparison.bases)
    graph = graph_of(git, settings, services, before)
    left = orphans(settings, (service for each in before for service in each), services)
    return Findings(affected(changes, graph, Ignore(settings.ignore)), left)


def graph_of(
    git: Git, settings: Settings, services: Sequence[Service], former: tuple[tuple[Service, ...], ...] = ()
) -> Graph:
    """`former`: for each base the services as they were there, when they are different now."""
    builds, hidden = _images(git, settings, services)
    charts = chart_dependencies(git, (service.chart for service in services))
    images = any(build.images for build in builds.values())
    known = [*(service for before in former for service in before), *services]
    return grow(
        services,
        Sources(
            builds=builds,
            hidden=hidden,
            charts=charts,
            repositories=_repositories(settings, known) if images else {},
            former=former,
            shared=(settings.scan.ignore_file,) if settings.scan.ignore_file else (),
        ),
    )


def _images(
    git: Git, settings: Settings, services: Sequence[Service]
) -> tuple[dict[ServiceName, BuildInputs], dict[ServiceName, tuple[tuple[str, Ignored], ...]]]:
    images = [service for service in services if service.has_image]
    texts = git.read_many("HEAD", dict.fromkeys(service.build.dockerfile for service in images))
    built = [service for service in images if service.build.dockerfile in texts]
    if not settings.ignore:
        hosts = {str(settings.registry), *(str(one.images.registry) for one in settings.environments)}
        shared = {parent for service in services for parent in parents(service.folder)}
        built = [
            service
            for service in built
            if service.folder in shared
            or not reads_only_its_own(service, _text(texts[service.build.dockerfile]), hosts)
        ]
    ignored = git.read_many("HEAD", dict.fromkeys(path for service in built for path in _hiding(service)))
    builds = {service.name: _inputs(service, texts[service.build.dockerfile]) for service in built}
    files = {path: Ignored(_text(content)) for path, content in ignored.items()}
    hidden = {service.name: _hidden(service, files) for service in built}
    return builds, hidden


def _inputs(service: Service, content: bytes) -> BuildInputs:
    return dockerfile.inputs(_text(content), service.build.args, service.build.target)


def _hiding(service: Service) -> list[str]:
    context = "" if service.build.context == "." else service.build.context
    return [f"{service.build.dockerfile}.dockerignore", *(posixpath.join(context, name) for name in _HIDING)]


def _hidden(service: Service, files: Mapping[str, Ignored]) -> tuple[tuple[str, Ignored], ...]:
    """The Dockerfile's own file stands in place of those of the context."""
    own, *others = _hiding(service)
    return tuple((path, files[path]) for path in ([own] if own in files else others) if path in files)


def _repositories(settings: Settings, services: Iterable[Service]) -> dict[str, ServiceName]:
    found = {str(settings.image_repository(service.name)): service.name for service in services}
    for environment in settings.environments:
        found |= {str(environment.images.repository(service.name)): service.name for service in services}
    return found


def _former(
    git: Git, settings: Settings, base: str, changes: Iterable[Changed], services: Sequence[Service]
) -> tuple[Service, ...]:
    """The services of `base`; none when no service.yaml differs. A file that was no valid service.yaml made
    no service.
    """
    paths = [one.path for one in changes]
    if SETTINGS_FILE in paths:  # other folders may have counted
        text = git.read(base, SETTINGS_FILE)
        globs = _globs(text) if text is not None else ()
        return _parsed(git.named_files(base, SERVICE_FILE), globs)
    files = {path for path in paths if posixpath.basename(path) == SERVICE_FILE}
    if not files:
        return ()
    texts = {posixpath.dirname(path) or ".": text for path, text in git.read_many(base, files).items()}
    same = (
        one for one in services if posixpath.join(one.folder, SERVICE_FILE).removeprefix("./") not in files
    )
    return (*same, *_parsed(texts, settings.services))


def _parsed(texts: Mapping[str, bytes], globs: Iterable[str]) -> tuple[Service, ...]:
    found = (
        _service(folder, content)
        for folder, content in sorted(texts.items())
        if any(glob_matches(glob, folder) for glob in globs)
    )
    return tuple(service for service in found if service is not None)


def _globs(text: bytes) -> tuple[str, ...]:
    try:
        return config.parse_settings(_text(text)).services
    except UsageError:
        return ()


def _service(folder: str, content: bytes) -> Service | None:
    try:
        return config.parse_service(_text(content), folder)
    except UsageError:
        return None


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")
