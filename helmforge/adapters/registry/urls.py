"""URLs of registries, and where their answers may lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from helmforge.adapters.registry.problems import RegistryError, bare_url, printable

if TYPE_CHECKING:
    from helmforge.domain.oci import RegistryHost, Repository

_HUB_API = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}


def base_url(registry: RegistryHost) -> str:
    host = _HUB_API.get(registry.host, registry.host)
    return f"{'http' if registry.plain_http else 'https'}://{host}"


def repository_url(repository: Repository, rest: str) -> str:
    """`rest` is what follows the repository's name: `manifests/latest`."""
    return f"{base_url(repository.registry)}/v2/{repository.path}/{rest}"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host, port: what credentials are bound to. ValueError for what is no URL, or no port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (80 if parts.scheme == "http" else 443)


def follow(url: str, location: str) -> str:
    """The absolute URL of a Location header. Never from https to http, never with user info."""
    try:
        target = urljoin(url, location)
        scheme, host, _ = origin(target)
        safe = scheme in {"https", urlsplit(url).scheme} and host and "@" not in urlsplit(target).netloc
    except ValueError:
        target, safe = location, False
    if not safe:
        raise RegistryError(
            "the registry points to an address that is not safe to follow",
            where=bare_url(url),
            why=f"Location: {printable(location.partition('?')[0])}",
            hint="behind a proxy that ends TLS, the registry must know its own https address",
        )
    return target
