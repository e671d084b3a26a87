"""The Git repository that the command stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from helmforge.domain.changes import Changed
    from helmforge.domain.chart_update import Merged
    from helmforge.domain.git import AnnotatedTag, Commit, Person, Signature, TrustedKeys


class Git(Protocol):
    """The repository that the command stands in. Object ids are full hexadecimal commit ids."""

    @property
    def root(self) -> Path: ...
    @property
    def remote(self) -> str:
        """The remote's name."""

    def is_shallow(self) -> bool: ...
    def identity(self) -> Person:
        """Who would make a commit now. UsageError when Git does not know."""

    def remote_url(self) -> str:
        """Without credentials. UsageError when there is no such remote."""

    def default_branch(self) -> str | None:
        """Asks the remote which branch its HEAD names; None when that branch does not exist."""

    def branch(self) -> str | None:
        """The branch that is checked out; None when the head is detached."""

    def commit(self, rev: str) -> Commit | None:
        """`rev` is a full ref name, HEAD or an object id; None when it does not exist locally."""

    def find_commit(self, expression: str) -> Commit | None:
        """What `expression` names (gitrevisions(7): `main~1`, `v1.0^`, `@{u}`); None when nothing here."""

    def deepen(self) -> None:
        """Brings the history that a shallow clone lacks."""

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """All best common ancestors: after criss-cross merges there are several."""

    def changes(self, base: str, head: str) -> tuple[Changed, ...]:
        """What differs between the two trees, both sides of a rename. POSIX paths."""

    def log(self, base: str | None, head: str, paths: Iterable[str] = ()) -> tuple[Commit, ...]:
        """Commits reachable from `head` and not from `base`, newest first, that touch `paths`."""

    def read(self, rev: str, path: str) -> bytes | None: ...
    def files(self, rev: str, folder: str) -> Mapping[str, bytes]:
        """Every blob below `folder` at `rev`, by path relative to the folder."""

    def named_files(self, rev: str, name: str) -> Mapping[str, bytes]:
        """Every regular file called `name` at `rev`, by its folder ("." for the root)."""

    def read_many(self, rev: str, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Those of `paths` that are files at `rev`, from one process; of a symbolic link the text of it."""

    def object_format(self) -> str:
        """sha1 or sha256: how ids of objects are computed here."""

    def blobs(self, oids: Iterable[str]) -> Mapping[str, bytes]:
        """Contents by id, of those blobs that this clone has."""

    def merge(
        self, mine: bytes, base: bytes | None, theirs: bytes, labels: tuple[str, str, str]
    ) -> Merged | None:
        """Three-way; conflicts are marked with `labels`. Without a base each difference is a conflict.
        None when one of them is not a text.
        """

    def folders_with(self, name: str, globs: Iterable[str]) -> tuple[str, ...]:
        """Folders of the work tree that match one of `globs` and hold a file `name`, sorted."""

    def dirty_paths(self, *places: str) -> tuple[str, ...]:
        """Paths in these folders (or of these files) that differ from HEAD, untracked ones included."""

    def remote_refs(self, *patterns: str) -> Mapping[str, str]:
        """Asks the remote: full ref name -> commit id (annotated tags peeled). Patterns are full
        ref names that may end in `*`.
        """

    def annotated_refs(self, *patterns: str) -> Mapping[str, str]:
        """As remote_refs, of annotated tags alone."""

    def fetch(self, *refs: str) -> None:
        """Brings full ref names from the remote: branches into `refs/remotes/<remote>/`, tags into
        `refs/tags/` (a tag that was moved on the remote replaces the local one).
        """

    def create_branch(self, branch: str, commit: str) -> None:
        """On the remote, by compare-and-swap. RefExistsError when it is there already."""

    def create_tag(
        self, name: str, commit: str, message: str, *, replaces: str = "", sign: bool = False
    ) -> None:
        """Annotated, on the remote, by compare-and-swap. With `sign` Git signs it with the user's key;
        UsageError when it cannot.

        RefExistsError when it is there already, or when it is no longer the tag object `replaces`
        (AnnotatedTag.oid). No local tag of that name is left behind.
        """

    def tags(self, *prefixes: str, lightweight: bool = False) -> tuple[AnnotatedTag, ...]:
        """Asks the remote for annotated tags below `prefixes` (`approvals/prod/shop/1.2.0/`, or a
        whole name); with `lightweight` for those, too, which come last.
        """

    def delete_tag(self, name: str, oid: str) -> None:
        """On the remote, by compare-and-swap. RefusedError when it is no longer the tag object `oid`."""

    def aliases(self, known: Iterable[Person], revision: str) -> Mapping[Person, str]:
        """Each of `known` -> lower-case address of the person, by the .mailmap of `revision` alone. Its
        lines may hold for one name only: the same addresses are there without a name, too, and with every
        name that it has for them.
        """

    def signature(self, tag: AnnotatedTag, keys: TrustedKeys, counted: datetime | None = None) -> Signature:
        """Whether `tag`, which `tags` returned, is signed by its tagger with one of `keys`.

        A key of SSH must have been allowed at the time that the tag bears. One of OpenPGP must be valid now,
        or when the tag `counted`, which somebody must have recorded; revoked keys never are.
        """
