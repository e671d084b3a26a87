"""Requests to a registry, their answers, and what may happen in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from helmforge.domain.oci import RegistryHost, Repository

ERROR_LIMIT = 64 << 10  # bytes of an answer that nobody needs in full

Body: TypeAlias = "bytes | Callable[[], Iterator[bytes]] | None"
"""Bytes, or what makes a new stream each time the request is sent."""


@dataclass(frozen=True)
class Call:
    """Statuses outside `expect` become errors; `limit` is for the answer's body, in bytes.

    `anonymous`: sent without a login (it is on the way to one).
    """

    method: str
    registry: RegistryHost
    url: str
    expect: tuple[int, ...] = (200,)
    scopes: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = None
    limit: int = ERROR_LIMIT
    anonymous: bool = False


@dataclass(frozen=True)
class Answer:
    """`headers` is case-insensitive; `url` is where redirects ended."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class WireError(Exception):
    """An exchange broke off. `final`: another attempt cannot help (a certificate is wrong)."""

    def __init__(self, url: str, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.url = url
        self.why = why
        self.final = final


def pull(repository: Repository) -> str:
    """The scope to read, see Docker's "Token Scope Documentation"."""
    return f"repository:{repository.path}:pull"


def push(repository: Repository) -> str:
    """The scope to read and write."""
    return f"repository:{repository.path}:pull,push"
