"""The repository that the command stands in."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

from helmforge.adapters.git import (
    history,
    merging,
    names,
    objects,
    people,
    signatures,
    signing,
    trees,
    work_tree,
)
from helmforge.adapters.git.commands import GitCommands
from helmforge.adapters.git.remote import Remote
from helmforge.domain.git import Person
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.changes import Changed
    from helmforge.domain.chart_update import Merged
    from helmforge.domain.git import AnnotatedTag, Commit, Signature, TrustedKeys

_IDENTITY = re.compile(r"(?P<name>.*) <(?P<email>[^<>]*)> \d+ [+-]\d{4}\n?")


class GitRepository:
    """Implements `helmforge.flows.ports.Git`."""

    def __init__(self, git: GitCommands, common: Path, remote: Remote) -> None:
        self._git = git
        self._common = common
        self._remote = remote

    @classmethod
    def discover(cls, start: Path, runner: Runner, remote: str = "origin") -> Self:
        """The repository around the folder `start`. Raises UsageError when there is none."""
        if not start.is_dir():
            raise UsageError(f"there is no folder {str(start)!r}")
        start = start.resolve()
        asked = ("rev-parse", "--show-toplevel", "--git-common-dir", "--show-object-format")
        found = GitCommands(runner, start).run(*asked)
        if found.code != 0:
            raise _not_usable(found, start)
        top, common, objects_format = found.raw.rstrip(b"\n").rsplit(b"\n", 2)
        if objects_format != b"sha1":
            raise UsageError(
                f"the repository uses {objects_format.decode()} object ids", why="only sha1 is supported"
            )
        git = GitCommands(runner, Path(os.fsdecode(top)))
        return cls(git, (start / os.fsdecode(common)).resolve(), Remote(git, remote))

    def with_remote(self, name: str) -> Self:
        """The same repository, with another remote."""
        return type(self)(self._git, self._common, Remote(self._git, name))

    @property
    def root(self) -> Path:
        return self._git.folder

    @property
    def remote(self) -> str:
        return self._remote.name

    def is_shallow(self) -> bool:
        return (self._common / "shallow").exists()

    def identity(self) -> Person:
        found = _IDENTITY.fullmatch(self._ident())
        if found is None:
            raise UsageError("Git's idea of who you are is malformed", hint="see git help config, user.name")
        return Person(found["name"], found["email"])

    def remote_url(self) -> str:
        return self._remote.url()

    def default_branch(self) -> str | None:
        return self._remote.head()

    def branch(self) -> str | None:
        found = self._git.run("symbolic-ref", "--quiet", "HEAD")
        return os.fsdecode(found.raw.rstrip(b"\n")).removeprefix("refs/heads/") if found.code == 0 else None

    def commit(self, rev: str) -> Commit | None:
        if not names.is_revision(rev):
            return None
        asked = ("--max-count=1", "--ignore-missing", "--end-of-options", f"{rev}^{{commit}}", "--")
        # What git ignores may be there and broken: resolve tells this from absence.
        found = history.commits(self._git, *asked) or (
            self._git.resolve(rev) and history.commits(self._git, *asked)
        )
        return found[0] if found else None

    def find_commit(self, expression: str) -> Commit | None:
        if not names.is_expression(expression):
            return None
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{expression}^{{commit}}")
        found = self._git.run(*asked)
        return self.commit(found.out.strip()) if found.code == 0 else None

    def deepen(self) -> None:
        if self.is_shallow():
            self._remote.deepen()

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """Raises UsageError in a shallow clone, where Git's answer may be wrong."""
        self._refuse_shallow()
        tips = [f"{names.revision(rev)}^{{commit}}" for rev in (one, other)]
        found = self._git.run("merge-base", "--all", "--end-of-options", *tips)
        if found.code > 1:
            for rev in (one, other):
                self._git.commit_id(rev)
            raise found.error("cannot find the common ancestor")
        return tuple(found.out.split())

    def changes(self, base: str, head: str) -> tuple[Changed, ...]:
        return trees.changes(self._git, names.revision(base), names.revision(head))

    def log(self, base: str | None, head: str, paths: Iterable[str] = ()) -> tuple[Commit, ...]:
        """Raises UsageError in a shallow clone: commits would be missing."""
        self._refuse_shallow()
        tips = [self._git.commit_id(names.revision(head))]
        if base is not None:
            tips.append(f"^{self._git.commit_id(names.revision(base))}")
        places = (names.folder(path) or "." for path in paths)
        return history.commits(self._git, "--end-of-options", *tips, "--", *places)

    def read(self, rev: str, path: str) -> bytes | None:
        return trees.read(self._git, names.revision(rev), names.folder(path))

    def files(self, rev: str, folder: str) -> Mapping[str, bytes]:
        return trees.files(self._git, names.revision(rev), names.folder(folder))

    def named_files(self, rev: str, name: str) -> Mapping[str, bytes]:
        return trees.named_files(self._git, names.revision(rev), name)

    def read_many(self, rev: str, paths: Iterable[str]) -> Mapping[str, bytes]:
        return trees.read_many(self._git, names.revision(rev), paths)

    def object_format(self) -> str:
        found = self._git.check("rev-parse", "--show-object-format", what="cannot read the format of objects")
        return found.decode().strip()

    def blobs(self, oids: Iterable[str]) -> Mapping[str, bytes]:
        return merging.known_blobs(self._git, oids)

    def merge(
        self, mine: bytes, base: bytes | None, theirs: bytes, labels: tuple[str, str, str]
    ) -> Merged | None:
        return merging.merge(self._git, mine, base, theirs, labels)

    def folders_with(self, name: str, globs: Iterable[str]) -> tuple[str, ...]:
        return trees.folders_with(self.root, name, globs)

    def dirty_paths(self, *places: str) -> tuple[str, ...]:
        return work_tree.dirty_paths(self._git, [names.folder(place) or "." for place in places])

    def remote_refs(self, *patterns: str) -> Mapping[str, str]:
        return self._remote.refs(*patterns)

    def annotated_refs(self, *patterns: str) -> Mapping[str, str]:
        return self._remote.annotated(*patterns)

    def fetch(self, *refs: str) -> None:
        self._remote.fetch(*refs)

    def create_branch(self, branch: str, commit: str) -> None:
        self._remote.create(names.ref(f"refs/heads/{branch}"), self._git.commit_id(names.oid(commit)))

    def create_tag(
        self, name: str, commit: str, message: str, *, replaces: str = "", sign: bool = False
    ) -> None:
        """The tagger is whoever Git says we are; the object is pushed without a local tag."""
        ref = names.ref(f"refs/tags/{name}")
        target = self._git.commit_id(names.oid(commit))
        ident = self._ident().rstrip()
        if sign:
            oid = signing.signed_tag(self._git, name, target, message)
        else:
            head = f"object {target}\ntype commit\ntag {name}\ntagger {ident}\n\n"
            content = f"{head}{message}\n".encode("utf-8", "surrogateescape")
            oid = (
                self._git.check("mktag", stdin=content, what=f"cannot make the tag {name!r}").decode().strip()
            )
        self._remote.create(ref, oid, replaces=names.oid(replaces) if replaces else "")

    def tags(self, *prefixes: str, lightweight: bool = False) -> tuple[AnnotatedTag, ...]:
        annotated, light = self._remote.tag_objects(*prefixes)
        found = objects.read_tags(self._common, annotated)
        return (*found, *objects.lightweight(light)) if lightweight else found

    def aliases(self, known: Iterable[Person], revision: str) -> Mapping[Person, str]:
        return people.aliases(self._git, self._common, known, names.revision(revision))

    def delete_tag(self, name: str, oid: str) -> None:
        self._remote.delete(names.ref(f"refs/tags/{name}"), names.oid(oid))

    def signature(self, tag: AnnotatedTag, keys: TrustedKeys, counted: datetime | None = None) -> Signature:
        raw = self._git.check("cat-file", "tag", names.oid(tag.oid), what=f"cannot read the tag {tag.name!r}")
        return signatures.check(self._git.runner, tag, raw, keys, counted)

    def _ident(self) -> str:
        """Git's own answer: GitPython's knows neither GIT_CONFIG_GLOBAL nor user.useConfigOnly."""
        found = self._git.run("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        if found.code != 0:
            raise UsageError(
                "Git does not know who you are",
                why=found.err.strip().splitlines()[-1] if found.err.strip() else "",
                hint="set user.name and user.email with git config, or GIT_COMMITTER_NAME and _EMAIL",
            )
        return found.out

    def _refuse_shallow(self) -> None:
        if self.is_shallow():
            raise UsageError(
                "this clone is shallow",
                where=str(self.root),
                why="the history that tells what changed is missing",
                hint="git fetch --unshallow; in GitHub Actions: actions/checkout with fetch-depth: 0",
            )


def _not_usable(found: Completed, start: Path) -> UsageError:
    said = found.err.strip()
    where = str(start)
    if "dubious ownership" in said:
        hint = "git config --global --add safe.directory FOLDER, with the folder of the repository"
        return UsageError("Git does not trust this repository", where=where, why=said, hint=hint)
    if "must be run in a work tree" in said:
        hint = "clone it, and work in the clone"
        return UsageError("this is a bare repository or a .git folder", where=where, hint=hint)
    hint = "run the command in a clone, or start one with: git init"
    return UsageError("not a Git repository", where=where, why=said, hint=hint)
