"""How images are built: secrets, caches and builders, as the configuration has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.oci import RegistryHost, Repository

if TYPE_CHECKING:
    from helmforge.domain.names import ServiceName

BUILDERS = ("docker", "buildah", "podman", "buildkit")


@dataclass(frozen=True)
class BuildSecret:
    """What the builder mounts while a `RUN --mount=type=secret` runs. Exactly one is set: `env`, the name of
    a variable, or `file`, a path: absolute, from `~/`, or relative to the root of the repository.
    """

    env: str = ""
    file: str = ""
    required: bool = True


@dataclass(frozen=True)
class Cache:
    """Repositories with layers of earlier builds: read from `sources`, written to `target`."""

    sources: tuple[Repository, ...] = ()
    target: Repository | None = None


@dataclass(frozen=True)
class CacheRule:
    """The same as configured: `host/path`, in which `{service}` stands for the service's name."""

    sources: tuple[str, ...] = ()
    target: str = ""

    def of(self, service: ServiceName, known: RegistryHost) -> Cache:
        """`known` says how a host of that name is spoken to."""
        return Cache(
            tuple(_repository(source, service, known) for source in self.sources),
            _repository(self.target, service, known) if self.target else None,
        )


def _repository(template: str, service: ServiceName, known: RegistryHost) -> Repository:
    host, _, path = template.replace("{service}", service).partition("/")
    return Repository(known if host == known.host else RegistryHost(host), path)


@dataclass(frozen=True)
class BuildRules:
    """What holds for all services: the cache of those that name none, and whether releases read caches."""

    cache: CacheRule = CacheRule()
    releases_read_cache: bool = False


@dataclass(frozen=True)
class BuilderChoice:
    """An empty `name`: the first builder that works here. `instance` is one of docker buildx; `address` and
    `tls`, a folder with ca.pem, cert.pem and key.pem, are those of a BuildKit daemon.
    """

    name: str = ""
    instance: str = ""
    address: str = ""
    tls: str = ""
