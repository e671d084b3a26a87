"""Which folders of a repository are services, judged by the files that lie in them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.names import ServiceName
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EVIDENCE = ("Dockerfile", "Chart.yaml", "service.yaml")
_NOT_OURS = frozenset(
    {"vendor", "node_modules", "venv", "test", "tests", "testdata", "__tests__", "third_party", "dist"}
)
_CHART_FOLDERS = frozenset({"chart", "charts", "helm", "deploy"})
_BUILD_FOLDERS = frozenset({"build", "docker"})


@dataclass(frozen=True)
class FoundService:
    """A folder that is, or can become, a service. Paths in it are relative to that folder; "" is the default.

    `configured` is true when it has a service.yaml already; then only `folder` is meaningful.
    """

    folder: str
    name: str
    dockerfile: str = ""
    chart: str = ""
    configured: bool = False


@dataclass(frozen=True)
class Findings:
    """`skipped` says why a folder that looks like a service is not taken."""

    services: tuple[FoundService, ...]
    skipped: Mapping[str, str]


def find_services(paths: Iterable[str], root_name: str) -> Findings:
    """`paths` are those of all files named as in `EVIDENCE`, relative to the repository's root, which
    is called `root_name` where it is a service itself.
    """
    ours = sorted(path for path in paths if not _NOT_OURS.intersection(_hidden_as_known(path)))
    charts = _outermost(posixpath.dirname(path) or "." for path in ours if path.endswith("Chart.yaml"))
    dockerfiles = {_owner(folder, _BUILD_FOLDERS): path for path, folder in _folders(ours, "Dockerfile")}
    configured = {folder for _, folder in _folders(ours, "service.yaml") if not _inside(folder, charts)}
    skipped: dict[str, str] = {}
    folders = _without_nested({*dockerfiles, *configured}, configured, skipped)
    chart_of = _assign(charts, folders, skipped)
    services: dict[str, FoundService] = {}
    for folder in sorted(folders | chart_of.keys()):
        found = FoundService(
            folder=folder,
            name=_name(root_name if folder == "." else posixpath.basename(folder)),
            dockerfile=_relative(dockerfiles.get(folder, ""), folder, default="Dockerfile"),
            chart=_relative(chart_of.get(folder, ""), folder, default="chart"),
            configured=folder in configured,
        )
        _take(found, services, skipped)
    return Findings(tuple(sorted(services.values(), key=lambda service: service.folder)), skipped)


def service_globs(services: Sequence[FoundService]) -> tuple[str, ...]:
    """What `services:` in helmforge.yaml must say to cover these folders; new ones go to the first."""
    globs = Counter(_glob(service.folder) for service in services)
    return tuple(sorted(globs, key=lambda glob: (-globs[glob], glob))) or ("services/*",)


def _glob(folder: str) -> str:
    parent = posixpath.dirname(folder)
    return f"{parent}/*" if parent else folder


def _hidden_as_known(path: str) -> set[str]:
    return {"vendor" if part.startswith(".") else part for part in path.split("/")[:-1]}


def _folders(paths: Iterable[str], name: str) -> list[tuple[str, str]]:
    return [(path, posixpath.dirname(path) or ".") for path in paths if posixpath.basename(path) == name]


def _owner(folder: str, helpers: frozenset[str]) -> str:
    """`services/shop/docker` belongs to `services/shop`."""
    parent = posixpath.dirname(folder)
    return parent if parent and posixpath.basename(folder) in helpers else folder


def _outermost(folders: Iterable[str]) -> list[str]:
    """Without the subcharts."""
    taken: list[str] = []
    for folder in sorted(folders):
        if not _inside(folder, taken):
            taken.append(folder)
    return taken


def _inside(folder: str, others: Iterable[str]) -> bool:
    return any(folder.startswith(f"{other}/") or (other == "." and folder != ".") for other in others)


def _without_nested(folders: set[str], configured: set[str], skipped: dict[str, str]) -> set[str]:
    """A Dockerfile below another service is one of its tools; the root is a service only when alone."""
    taken = set()
    for folder in folders:
        others = folders - {folder, "."}
        if folder in configured or not (_inside(folder, others) or (folder == "." and others)):
            taken.add(folder)
        else:
            skipped[folder] = "it is the root" if folder == "." else "it lies inside another service"
    return taken


def _assign(charts: list[str], folders: set[str], skipped: dict[str, str]) -> dict[str, str]:
    """Service folder -> folder of its chart. A chart that belongs to nobody is a service of its own."""
    by_name = {posixpath.basename(folder): folder for folder in folders}
    assigned: dict[str, str] = {}
    for chart in charts:
        above = [folder for folder in folders if chart == folder or _inside(chart, [folder])]
        owner = max(above, key=len, default=None) or by_name.get(posixpath.basename(chart))
        owner = owner or _owner(chart, _CHART_FOLDERS)
        if assigned.setdefault(owner, chart) != chart:
            skipped[chart] = f"{owner} has the chart {assigned[owner]}"
    return assigned


def _relative(path: str, folder: str, *, default: str) -> str:
    relative = posixpath.relpath(path, folder) if path else default
    return "" if relative == default else relative


def _name(text: str) -> str:
    """As a DNS label: `Payment_API` -> `payment-api`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _take(found: FoundService, services: dict[str, FoundService], skipped: dict[str, str]) -> None:
    if found.configured:
        services[found.folder] = found
        return
    try:
        ServiceName.parse(found.name)
    except UsageError as error:
        skipped[found.folder] = f"{found.name!r} cannot be its name: {error.why}"
        return
    twin = next((one for one in services.values() if one.name == found.name), None)
    if twin is not None:
        skipped[found.folder] = f"{twin.folder} has the same name"
        return
    services[found.folder] = found
