"""`helmforge release verify`: from what runs now back to the people who approved it."""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.chain import Chain, broken, not_applicable, unknown
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import current, running
from helmforge.domain.namespaces import demand_released
from helmforge.domain.oci import AlteredError
from helmforge.errors import HelmforgeError, RefusedError
from helmforge.flows.release.links.case import Case
from helmforge.flows.release.links.git import commit, version_tag
from helmforge.flows.release.links.helm import helm_release
from helmforge.flows.release.links.people import approvals, promotion_record
from helmforge.flows.release.links.pods import pods
from helmforge.flows.release.links.provenance import provenance
from helmforge.flows.release.links.registry import chart, image, pinned_image, source_image
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.domain.chain import Link
    from helmforge.domain.cluster import ReleaseRevision
    from helmforge.domain.deployment import DeploymentRecord
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World

LINKS: dict[str, Callable[[Case], Link]] = {
    "pods": pods,
    "helm release": helm_release,
    "chart": chart,
    "pinned image": pinned_image,
    "image": image,
    "source image": source_image,
    "provenance": provenance,
    "version tag": version_tag,
    "commit": commit,
    "approvals": approvals,
    "promotion record": promotion_record,
}
_SERVICES_AT_ONCE = 4
_LINKS_AT_ONCE = 5


def verify_all(
    world: World, settings: Settings, services: tuple[Service, ...], environment: Environment
) -> tuple[Chain, ...]:
    """All at once; services without an image are left out."""
    fetching = threading.Lock()
    with ThreadPoolExecutor(_SERVICES_AT_ONCE) as pool:
        wanted = [service for service in services if service.has_image]
        return tuple(pool.map(lambda one: verify(world, settings, one, environment, fetching), wanted))


def verify(
    world: World,
    settings: Settings,
    service: Service,
    environment: Environment,
    fetching: threading.Lock | None = None,
) -> Chain:
    """`settings` and `environment` are those of the trunk. Never fails for one link: what cannot be asked is
    an unknown link.
    """
    demand_released(settings, service)
    key = ReleaseKey(environment.cluster, environment.namespace_of(service), service.name)
    try:
        guard_cluster(world.kubernetes, environment)
        history = world.helm.history(key)
    except RefusedError as error:
        return _ends(service, environment, broken("helm release", f"{error.what}: {error.why}"))
    except HelmforgeError as error:
        return _ends(service, environment, unknown("helm release", _asked(error)))
    record = _recorded(history)
    if record is None:
        return _without_record(world, service, environment, key, history)
    lock = fetching or threading.Lock()
    case = Case(world, settings, service, environment, key, history, record, lock)
    with ThreadPoolExecutor(_LINKS_AT_ONCE) as pool:  # one thing that does not answer holds up one link
        links = tuple(pool.map(lambda name: _link(name, LINKS[name], case), LINKS))
    return Chain(service.name, environment.name, record.version, links)


def _recorded(history: tuple[ReleaseRevision, ...]) -> DeploymentRecord | None:
    """Of what should run now; None when nothing is deployed, or by hand."""
    last, good = current(history), running(history)
    if last is None or good is None or last.revision.status == "uninstalled":
        return None
    return good.record


def _link(name: str, ask: Callable[[Case], Link], case: Case) -> Link:
    try:
        return ask(case)
    except AlteredError as error:
        return broken(name, f"{error.what}: {error.why}")
    except HelmforgeError as error:
        return unknown(name, _asked(error))
    except Exception as error:  # noqa: BLE001 - our own defect in one link must not end the others
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {last.name}, {Path(last.filename).name}:{last.lineno}"
        return unknown(name, f"internal error: {where}; report it")


def _asked(error: HelmforgeError) -> str:
    first = error.why.splitlines()[:1]
    return ": ".join([error.what, *first])


def _without_record(
    world: World,
    service: Service,
    environment: Environment,
    key: ReleaseKey,
    history: tuple[ReleaseRevision, ...],
) -> Chain:
    """Nothing is deployed, or somebody deployed by hand."""
    last = current(history)
    if last is not None and last.revision.status != "uninstalled":
        what = f"revision {last.revision.revision} is {last.revision.status} and was made by hand"
        return _ends(service, environment, broken("helm release", f"{what}: helmforge left no record"))
    try:
        found = world.kubernetes.containers(key.cluster, key.namespace)
    except HelmforgeError as error:
        return _ends(service, environment, unknown("pods", _asked(error)))
    if strays := [container for container in found if container.belongs_to(key.name)]:
        what = f"{strays[0].title} runs, and no Helm release {key.name} is deployed"
        return _ends(service, environment, broken("pods", what, "no pod", strays[0].image))
    nothing = not_applicable("helm release", f"{service.name} is not deployed in {environment.name}")
    return Chain(service.name, environment.name, "", (nothing,))


def _ends(service: Service, environment: Environment, first: Link) -> Chain:
    """Without a record there is nothing that the other links could be held against."""
    others = (
        unknown(name, "not asked: nothing says what should run") for name in LINKS if name != first.name
    )
    links = {link.name: link for link in (first, *others)}
    return Chain(service.name, environment.name, "", tuple(links[name] for name in LINKS))
