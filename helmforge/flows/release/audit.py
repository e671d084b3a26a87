"""`helmforge release audit`: production tags, running images and Helm releases for which nothing speaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from helmforge.domain.audit import Audit, Kind, Oddity, image_fault
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.containers import pinned_digest, repository_of
from helmforge.domain.deployment import current, running
from helmforge.domain.settings import DeployWhen
from helmforge.errors import HelmforgeError
from helmforge.flows.release.attachment_tags import holds_attachments
from helmforge.flows.release.production_tags import fault, places
from helmforge.flows.release.promotions import promotions_of
from helmforge.flows.steps.deploy import guard_cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from helmforge.domain.containers import Container
    from helmforge.domain.names import Namespace
    from helmforge.domain.oci import Repository
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.release.production_tags import Place
    from helmforge.flows.world import World

_AT_ONCE = 8
T = TypeVar("T")
U = TypeVar("U")


def audited(settings: Settings) -> tuple[Environment, ...]:
    """The environments that are entered by promotion only."""
    return tuple(one for one in settings.environments if one.deploy is DeployWhen.ON_APPROVAL)


def audit(world: World, settings: Settings, services: tuple[Service, ...], environment: Environment) -> Audit:
    """`settings`, `services` and `environment` are those of the trunk. Changes nothing and never fails: what
    cannot be asked is told.
    """
    return _Auditor(world, settings, services, environment).audit()


@dataclass(frozen=True)
class _Auditor:
    world: World
    settings: Settings
    services: tuple[Service, ...]
    environment: Environment
    oddities: list[Oddity] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def audit(self) -> Audit:
        tags = self._tags() if self._promoted else []
        containers, releases = self._in_cluster()
        return Audit(
            self.environment.name,
            tuple(sorted(self.oddities, key=lambda one: (one.kind.value, one.subject))),
            tuple(sorted(set(self.unknown))),
            *(len(tags), len(containers), len(releases)),
        )

    @property
    def _promoted(self) -> bool:
        return self.environment.deploy is DeployWhen.ON_APPROVAL

    @property
    def _repositories(self) -> dict[str, tuple[Service, Repository]]:
        """By name: where the environment's images live."""
        return {str(one.images): (one.service, one.images) for one in self._places}

    def _tags(self) -> list[tuple[Place, str]]:
        wanted = {str(place.repository): place for place in self._places}
        listed = self._each(self._tags_of, wanted.values())
        chosen = self._each(self._unless_attached, [tag for some in listed for tag in some])
        tags = [tag for some in chosen for tag in some]
        self._each(self._judge_tag, tags)
        return tags

    def _tags_of(self, place: Place) -> list[tuple[Place, str]]:
        return [(place, tag) for tag in self.world.registry.tags(place.repository)]

    def _unless_attached(self, tagged: tuple[Place, str]) -> list[tuple[Place, str]]:
        place, tag = tagged
        return [] if holds_attachments(self.world, place.repository.tagged(tag)) else [tagged]

    @property
    def _places(self) -> Iterator[Place]:
        return places(self.settings, self.environment, self.services)

    def _judge_tag(self, tagged: tuple[Place, str]) -> None:
        place, tag = tagged
        names = {one.name for one in audited(self.settings)}
        if found := fault(self.world, place, tag, names):
            why, digest = found
            self._odd(Kind.TAG, str(place.repository.tagged(tag)), why, digest)

    def _in_cluster(self) -> tuple[list[Container], list[ReleaseKey]]:
        try:
            guard_cluster(self.world.kubernetes, self.environment)
        except HelmforgeError as error:
            self._unasked(error)
            return [], []
        services = (service for service in self.services if service.has_image)
        namespaces = sorted({self.environment.namespace_of(service) for service in services})
        containers = [one for some in self._each(self._containers, namespaces) for one in some]
        releases = [key for some in self._each(self._releases, namespaces) for key in some]
        self._each(self._judge_container, containers)
        self._each(self._judge_release, releases)
        return containers, releases

    def _containers(self, namespace: Namespace) -> tuple[Container, ...]:
        return self.world.kubernetes.containers(self.environment.cluster, namespace)

    def _releases(self, namespace: Namespace) -> list[ReleaseKey]:
        cluster = self.environment.cluster
        return [ReleaseKey(cluster, namespace, name) for name in self.world.helm.releases(cluster, namespace)]

    def _judge_container(self, container: Container) -> None:
        fault = image_fault(container, self._repositories, self.environment.name)
        if not fault and self._promoted:
            fault = self._unrecorded(container.image)
        if fault:
            self._odd(Kind.IMAGE, container.title, fault, container.image)

    def _unrecorded(self, image: str) -> str:
        """What is wrong with the records at the image; "" when one speaks for it."""
        service, repository = self._repositories[repository_of(image)]
        digest = pinned_digest(image)
        records, bad = promotions_of(self.world, repository.at(digest)) if digest else ((), ())
        name = self.environment.name
        good = any((one.service, one.environment) == (service.name, name) for one in records)
        return "" if good else "; ".join(["no promotion record speaks for its image", *bad])

    def _judge_release(self, key: ReleaseKey) -> None:
        history = self.world.helm.history(key)
        last, good = current(history), running(history)
        deployed = good or last
        if deployed is not None and deployed.record is None:
            number = deployed.revision.revision
            why = f"revision {number} was made by hand: helmforge left no record"
            self._odd(Kind.RELEASE, f"{key.name} in {key.namespace}", why)

    def _odd(self, kind: Kind, subject: str, why: str, image: str = "") -> None:
        self.oddities.append(Oddity(kind, self.environment.name, subject, why, image))

    def _unasked(self, error: HelmforgeError) -> None:
        self.unknown.append(": ".join([error.what, *error.why.splitlines()[:1]]))

    def _each(self, ask: Callable[[T], U], items: Iterable[T]) -> list[U]:
        """The answers; without those that could not be asked for."""

        def one(item: T) -> list[U]:
            try:
                return [ask(item)]
            except HelmforgeError as error:
                self._unasked(error)
                return []

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [answer for answers in pool.map(one, items) for answer in answers]
