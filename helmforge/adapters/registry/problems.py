"""What can go wrong with a registry, and its answers as readable text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from helmforge.domain.oci import AlteredError
from helmforge.errors import HelmforgeError

if TYPE_CHECKING:
    from helmforge.domain.oci import RegistryHost

_LONGEST = 300
_MOST_ERRORS = 3


class RegistryError(HelmforgeError):
    """The registry refused a request or answered against the specification."""


class AlteredContentError(RegistryError, AlteredError):
    """Content whose digest is not the one that was asked for."""


class UnknownBlobError(RegistryError):
    """A manifest names a blob that the registry cannot find."""


class RegistryAuthError(RegistryError):
    """401 or 403: no login, a wrong one, or one that may not do this."""


def login_hint(registry: RegistryHost) -> str:
    return (
        f"log in with `docker login {registry.host}` (or podman, buildah), or set "
        f"HELMFORGE_REGISTRY_HOST={registry.host} with HELMFORGE_REGISTRY_USERNAME and "
        "HELMFORGE_REGISTRY_PASSWORD"
    )


def bare_url(url: str) -> str:
    """Without query and user info: both may hold credentials (signed URLs of blob stores)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def printable(text: str) -> str:
    """Foreign text on one line, cut to a sane length, without control characters."""
    cut = text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")
    return "".join(c if c.isprintable() else " " for c in cut).strip()


def explain(status: int, body: bytes) -> str:
    """`HTTP 404 NAME_UNKNOWN: repository name not known to registry`."""
    detail = "; ".join(_errors(body)) or printable(body.decode(errors="replace"))
    return f"HTTP {status} {detail}".strip()


def error_codes(body: bytes) -> frozenset[str]:
    """Those of the distribution spec; empty for a body of another form."""
    return frozenset(text.partition(":")[0] for text in _errors(body))


def _errors(body: bytes) -> list[str]:
    """The `errors` list of the distribution spec, "Error Codes"."""
    try:
        errors = json.loads(body)["errors"]
        found = [f"{error['code']}: {error.get('message') or ''}" for error in errors[:_MOST_ERRORS]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [printable(text).rstrip(": ") for text in found]
