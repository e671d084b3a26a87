"""Which folders of a repository are services, judged by the files that lie in them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.dockerfiles import assign, is_dockerfile
from helmforge.domain.names import ServiceName
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_CHART, _SERVICE = "Chart.yaml", "service.yaml"
_USUAL_PARENT = "services"
_NOT_OURS = frozenset(
    {"vendor", "node_modules", "venv", "test", "tests", "testdata", "__tests__", "third_party", "dist"}
)
_CHART_FOLDERS = frozenset({"chart", "charts", "helm", "deploy"})


@dataclass(frozen=True)
class FoundService:
    """A folder that is, or can become, a service. Paths in it are relative to that folder; "" is the default.

    `configured` is true when it has a service.yaml already, whose words count, and not these. `note` is
    what its owner must decide.
    """

    folder: str
    name: str
    dockerfile: str = ""
    chart: str = ""
    configured: bool = False
    has_chart: bool = False
    note: str = ""


@dataclass(frozen=True)
class Findings:
    """`skipped` says why a folder that looks like a service is not taken."""

    services: tuple[FoundService, ...]
    skipped: Mapping[str, str]


def find_services(paths: Iterable[str], root_name: str) -> Findings:
    """`paths` are those of all files, relative to the repository's root, which is called `root_name`
    where it is a service itself.
    """
    ours = sorted(path for path in paths if not _NOT_OURS.intersection(_hidden_as_known(path)))
    evidence = [
        path for path in ours if posixpath.basename(path) in {_CHART, _SERVICE} or is_dockerfile(path)
    ]
    charts = _outermost(_folders(evidence, _CHART))
    configured = {folder for folder in _folders(evidence, _SERVICE) if not _inside(folder, charts)}
    everything = _all_folders(ours)
    dockerfiles, unclear = _dockerfiles(evidence, everything, configured)
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
            has_chart=folder in chart_of,
            note=unclear.get(folder, ""),
        )
        _take(found, services, skipped)
    skipped |= {place: why for place, why in unclear.items() if place not in services}
    skipped |= _bare(everything, services, {*evidence, *skipped})
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


def _folders(paths: Iterable[str], name: str) -> list[str]:
    return [posixpath.dirname(path) or "." for path in paths if posixpath.basename(path) == name]


def _all_folders(paths: Iterable[str]) -> set[str]:
    found = {"."}
    for path in paths:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return found


def _dockerfiles(
    evidence: Iterable[str], folders: Collection[str], configured: Collection[str]
) -> tuple[Mapping[str, str], dict[str, str]]:
    """A service.yaml has the last word about its Dockerfile."""
    assigned = assign([path for path in evidence if is_dockerfile(path)], folders)
    unclear = {place: why for place, why in assigned.unclear.items() if place not in configured}
    return assigned.own, unclear


def _bare(folders: Iterable[str], services: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Folders beside services in which nothing says that they are services, too. Nothing is silent."""
    parents = {posixpath.dirname(folder) for folder in services if not _inside(folder, services)}
    parents = {*parents, _USUAL_PARENT} - {"", *services}
    told = _all_folders(f"{path}/" for path in known)
    return {
        folder: "it has no Dockerfile, chart or service.yaml"
        for folder in sorted(folders)
        if posixpath.dirname(folder) in parents and folder not in told
    }


def _owner(folder: str, helpers: frozenset[str]) -> str:
    """`services/shop/helm` belongs to `services/shop`."""
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
