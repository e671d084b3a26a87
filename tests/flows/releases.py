"""What the flows of `release` meet in tests: one service, two environments, and a world of a few answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.names import EnvironmentName, ServiceName
from helmforge.domain.oci import Descriptor, Digest, RegistryHost
from helmforge.domain.settings import (
    Build,
    Cluster,
    DeployWhen,
    Environment,
    ImageNamespace,
    Registry,
    Service,
    Settings,
)
from helmforge.flows.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helmforge.domain.cluster import ReleaseKey
    from helmforge.domain.oci import ImageRef
    from helmforge.errors import HelmforgeError

IMAGE = Digest(f"sha256:{'1' * 64}")
REGISTRY = Registry(RegistryHost("r.example", insecure=True))
PROD = Environment(
    EnvironmentName("prod"),
    Cluster("prod"),
    "shop-prod",
    DeployWhen.ON_APPROVAL,
    ImageNamespace(REGISTRY, "live/{service}"),
)
SETTINGS = Settings(REGISTRY, (PROD,))


def service(name: str = "shop") -> Service:
    return Service(ServiceName(name), name, Build("Dockerfile", name), f"{name}/chart")


def record(version: str, repository: str = "r.example/prod/shop") -> str:
    chart = chart_of(version)
    return DeploymentRecord("shop", version, "c" * 40, chart, IMAGE, repository, "promote").to_description()


def chart_of(version: str) -> Digest:
    return Digest(f"sha256:{version.replace('.', ''):0>64}")


def history(*entries: tuple[str, str]) -> tuple[ReleaseRevision, ...]:
    """Entries are (status, description)."""
    return tuple(
        ReleaseRevision(number, status, "shop", "", None, text)
        for number, (status, text) in enumerate(entries, start=1)
    )


@dataclass
class Outside:
    """Answers of Helm, the registry and the remote; `asked` collects what the registry was asked for."""

    revisions: tuple[ReleaseRevision, ...] = ()
    images: dict[str, Digest] = field(default_factory=dict)
    refusal: HelmforgeError | None = None
    refs: dict[str, str] = field(default_factory=dict)
    asked: list[ImageRef] = field(default_factory=list)

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        return self.revisions

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        self.asked.append(ref)
        if self.refusal is not None:
            raise self.refusal
        digest = self.images.get(str(ref))
        return Descriptor("", digest, 1) if digest else None

    def annotated_refs(self, *patterns: str) -> dict[str, str]:
        return self.refs


def world(outside: Any, *ports: str) -> World:
    """`outside` stands behind the named ports; the others must not be needed."""
    unused: Any = None
    empty = World(*(unused for _ in World.__dataclass_fields__))
    return replace(empty, **{port: cast("Any", outside) for port in ports})


def released(names: Iterable[str]) -> dict[str, str]:
    """Refs of a remote on which each of these services has two versions, the newer one approved."""
    refs: dict[str, str] = {}
    for name in names:
        refs |= {f"refs/tags/{name}/{version}": f"commit of {version}" for version in ("1.10.0", "1.9.0")}
        refs[f"refs/tags/approvals/prod/{name}/1.10.0/ada@example.com"] = "approval"
        refs[f"refs/tags/{name}/no-version"] = "other"
    return refs
