"""The two configuration files as frozen values. `helmforge.config` makes them from text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.building import BuilderChoice, BuildRules, Cache
from helmforge.domain.names import Namespace, nearest
from helmforge.domain.oci import Repository
from helmforge.domain.provenance.policy import Provenance, ProvenancePolicy
from helmforge.domain.testing import UnitTests
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.building import BuildSecret, CacheRule
    from helmforge.domain.names import EnvironmentName, ServiceName
    from helmforge.domain.oci import RegistryHost


_NAMESPACE_TYPE = "namespace"
_RELEASES_OF_NAMESPACES = Namespace("namespaces")


class DeployWhen(Enum):
    """Which event brings a version into an environment."""

    ON_TRUNK = "on-trunk"
    ON_RELEASE = "on-release"
    ON_APPROVAL = "on-approval"


@dataclass(frozen=True)
class Registry:
    """Where images and charts live: a host and, for shared registries, a path prefix (`ghcr.io/acme`)."""

    host: RegistryHost
    path: str = ""

    def repository(self, name: str) -> Repository:
        return Repository(self.host, f"{self.path}/{name}" if self.path else name)

    def __str__(self) -> str:
        return f"{self.host.host}/{self.path}" if self.path else self.host.host


@dataclass(frozen=True)
class Cluster:
    """A kubeconfig context. `id` is the UID of the namespace kube-system: any other one is refused."""

    context: str
    id: str = ""


@dataclass(frozen=True)
class ImageNamespace:
    """Where an environment's images live: a registry and a path template with `{service}`. `charts` is that
    of promoted charts, "" for `charts/` before the service's name.
    """

    registry: Registry
    template: str = "{service}"
    charts: str = ""

    def repository(self, service: ServiceName) -> Repository:
        return self.registry.repository(self.template.replace("{service}", service))

    def chart_repository(self, service: ServiceName) -> Repository:
        template = self.charts or self.template.replace("{service}", "charts/{service}")
        return self.registry.repository(template.replace("{service}", service))


@dataclass(frozen=True)
class Environment:
    """One place that services run in. `namespace` may contain `{context}`."""

    name: EnvironmentName
    cluster: Cluster
    namespace: str
    deploy: DeployWhen
    images: ImageNamespace
    prereleases: bool = True
    approvals: ApprovalPolicy = field(default=ApprovalPolicy())
    timeout: timedelta = timedelta(minutes=5)
    provenance: ProvenancePolicy = field(default=ProvenancePolicy())

    def namespace_of(self, service: Service) -> Namespace:
        return self.namespace_in(service.context)

    def namespace_in(self, context: str) -> Namespace:
        return Namespace.parse(self.namespace.replace("{context}", context))

    def release_namespace_of(self, service: Service) -> Namespace:
        """Where Helm keeps the release: that of a namespace cannot lie in the namespace itself."""
        return self.namespace_of(service) if service.has_image else _RELEASES_OF_NAMESPACES


@dataclass(frozen=True)
class Branches:
    """Globs of branch names (`**` crosses slashes) and the template of release branches."""

    feature: tuple[str, ...] = ("feature/**",)
    ignore: tuple[str, ...] = ("feature/experimental/**",)
    release: str = "release/{service}/{version}"


@dataclass(frozen=True)
class Scan:
    """The image scanner. An empty `command` means that none is configured. `ignore_file` holds waivers;
    with `delta` only findings block that production does not have; `timeout` is for one image.
    """

    command: tuple[str, ...] = ()
    severity: str = "HIGH"
    ignore_file: str = ""
    delta: bool = False
    timeout: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Ci:
    """What generated CI files run on, and how helmforge comes there: as a container `image`, as a GitHub
    `action` pinned by commit id, or, without both, from the Python package index. An empty `runner` is the
    CI system's usual one.
    """

    runner: tuple[str, ...] = ()
    image: str = ""
    action: str = ""


@dataclass(frozen=True)
class Settings:
    """helmforge.yaml. `environments` are in promotion order; `templates` is a folder, or empty. `ignore` are
    globs of files whose change affects nobody. `revision` is the commit that it was read from: what it refers
    to is read there, too. Empty for the work tree. `promote_charts`: a promotion copies the chart as well,
    and deploys that copy.
    """

    registry: Registry
    environments: tuple[Environment, ...]
    trunk: str = "main"
    remote: str = "origin"
    branches: Branches = Branches()
    services: tuple[str, ...] = ("services/*",)
    builder: BuilderChoice = field(default=BuilderChoice())
    build: BuildRules = field(default=BuildRules())
    scan: Scan = Scan()
    provenance: Provenance = field(default=Provenance())
    templates: str = ""
    ignore: tuple[str, ...] = ()
    revision: str = ""
    ci: Ci = Ci()
    promote_charts: bool = False

    def environment(self, name: str) -> Environment:
        """Raises UsageError, with the nearest name, when there is no such environment."""
        for environment in self.environments:
            if environment.name == name:
                return environment
        names = [environment.name for environment in self.environments]
        guess = nearest(name, names)
        raise UsageError(
            f"there is no environment {name!r}",
            where="helmforge.yaml environments",
            hint=f"did you mean {guess!r}?" if guess else f"choose one of: {', '.join(names)}",
        )

    def image_repository(self, service: ServiceName) -> Repository:
        """Where release branches push images; environments with an `imageNamespace` get a copy."""
        return self.registry.repository(service)

    def chart_repository(self, service: ServiceName) -> Repository:
        return self.registry.repository(f"charts/{service}")

    def promoted_chart_repository(self, environment: Environment, service: ServiceName) -> Repository:
        """Where the chart is deployed from after a promotion to this environment."""
        own = environment.images.chart_repository(service)
        return own if self.promote_charts else self.chart_repository(service)


@dataclass(frozen=True)
class Build:
    """How an image is built. Paths are relative to the root of the repository; secrets are by id.

    `cache_rule` is that of service.yaml, None without one. What it means for one event is `cache`, and
    `secrets_withheld` (helmforge.domain.build_permissions).
    """

    dockerfile: str
    context: str
    args: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    platforms: tuple[str, ...] = ()
    secrets: Mapping[str, BuildSecret] = field(default_factory=dict)
    cache_rule: CacheRule | None = None
    cache: Cache = field(default=Cache())
    secrets_withheld: bool = False


@dataclass(frozen=True)
class Service:
    """service.yaml and the folder that holds it. All paths are POSIX, relative to the repository's root."""

    name: ServiceName
    folder: str
    build: Build
    chart: str
    context: str = "default"
    type: str = "web"
    test: UnitTests = field(default=UnitTests())
    depends_on: tuple[str, ...] = ()

    @property
    def has_image(self) -> bool:
        """The chart of a namespace has no pods: it is checked, and an administrator applies it."""
        return self.type != _NAMESPACE_TYPE
