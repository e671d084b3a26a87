"""What Git knows, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.errors import RefusedError

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Person:
    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True)
class Commit:
    """`oid` is the full hexadecimal id, as are the `parents`; `time` the committer's, with its zone.
    `co_authors` stand in trailers of the message.
    """

    oid: str
    author: Person
    committer: Person
    time: datetime
    subject: str
    parents: tuple[str, ...] = ()
    co_authors: tuple[Person, ...] = ()


@dataclass(frozen=True)
class AnnotatedTag:
    """A tag object on the remote. `name` is that of the ref, without `refs/tags/`;
    `inner_name` is the one inside the object: a moved tag has another. `oid` is the tag object's own id.
    A signature is no part of the message. With `lightweight` there is no tag object: a ref by nobody, and
    `oid` is what it points to.
    """

    name: str
    inner_name: str
    target: str
    tagger: Person
    time: datetime
    message: str
    oid: str = ""
    lightweight: bool = False


@dataclass(frozen=True)
class TrustedKeys:
    """Contents of two files: ALLOWED SIGNERS of ssh-keygen(1), and exported public keys of OpenPGP."""

    allowed_signers: bytes | None = None
    keyring: bytes | None = None


@dataclass(frozen=True)
class Signature:
    """`problem` is why a tag is not signed by its tagger, "" when it is. `key_expires` is known of keys that
    end, when the signature was judged as of another time than now.
    """

    problem: str = ""
    key_expires: datetime | None = None


class RefExistsError(RefusedError):
    """Somebody else created the ref first. `oid` is what it points to (peeled), "" when unknown."""

    def __init__(self, ref: str, oid: str) -> None:
        super().__init__(f"{ref} already exists on the remote", why=f"it points to {oid[:12] or 'something'}")
        self.ref = ref
        self.oid = oid
