"""What every builder says alike when a registry refuses or does not answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.errors import StepError, UnreachableError

if TYPE_CHECKING:
    from helmforge.adapters.process import Completed
    from helmforge.domain.oci import ImageRef
    from helmforge.errors import HelmforgeError

_DENIED = re.compile(
    r"unauthorized|authentication required|no basic auth credentials|denied|invalid username/password"
    r"|(?<!:)\b(401|403)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"server gave HTTP response to HTTPS client")
_DOWN = re.compile(
    r"dial tcp|connection re(fused|set)|no such host|i/o timeout|\bEOF\b|x509: |tls: ", re.IGNORECASE
)
_BUSY = re.compile(r"(?<!:)\b(429|5\d\d)\b|too ?many ?requests", re.IGNORECASE)
_LAGS = re.compile(r"manifest blob unknown")  # while another run pushes the same image (docker-registry 2.8)


def may_pass(completed: Completed) -> bool:
    """Whether the registry may take it a little later: buildah and podman do not ask again by themselves."""
    return bool(_BUSY.search(completed.err) or _LAGS.search(completed.err))


def is_plain(said: str) -> bool:
    """Whether a builder met plain HTTP where it wants TLS."""
    return bool(_PLAIN.search(said))


def push_failure(completed: Completed, program: str, image: ImageRef) -> HelmforgeError:
    plain = completed.error(f"the image {image} cannot be pushed")
    host = image.repository.registry.host
    if is_plain(plain.why):
        hint = f"the registry speaks plain HTTP: add {host} to insecure-registries of the {program} daemon"
        return StepError(plain.what, where=plain.where, why=plain.why, hint=hint)
    if _DENIED.search(plain.why):
        hint = f"`{program} login {host}`, with an account that may write to {image.repository}"
        return StepError(plain.what, where=plain.where, why=plain.why, hint=hint)
    if _DOWN.search(plain.why) or _BUSY.search(plain.why):
        hint = f"check that the registry {host} is up"
        return UnreachableError(plain.what, where=plain.where, why=plain.why, hint=hint)
    return plain
