"""The remote: asked, fetched from, and written to by compare-and-swap."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from helmforge.adapters.git import failures, names
from helmforge.domain.git import RefExistsError
from helmforge.errors import ToolError, UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.adapters.git.commands import GitCommands
    from helmforge.adapters.process import Completed

_PEELED = "^{}"
_ORIGIN = "origin"
_STALE = "(stale info)"  # the ref was not as expected when git asked, whatever it is by now
_PAUSES = (0.1, 0.5)  # seconds between the attempts to read
_READ_SECONDS = 120.0
_FETCH_SECONDS = 900.0
_PUSH_SECONDS = 300.0
_STATUS = re.compile(rb"^([ +\-*!=])\t[^\t]*:(refs/[^\t]+)\t(.*)$", re.MULTILINE)
# A stalled HTTP server otherwise holds a step until the job's own limit.
_STALLED = ("-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=60")
_NO_UPKEEP = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")


class Remote:
    """One configured remote, by name."""

    def __init__(self, git: GitCommands, name: str) -> None:
        self.name = names.remote(name)
        self._git = git
        self._trusted = False

    def url(self) -> str:
        found = self._git.run("remote", "get-url", "--", self.name)
        if found.code != 0:
            raise UsageError(
                f"there is no Git remote {self.name!r}",
                where=str(self._git.folder),
                hint=f"git remote add {self.name} URL, or set `remote:` in helmforge.yaml",
            )
        return without_credentials(found.out.strip("\n"))

    def refs(self, *patterns: str) -> dict[str, str]:
        """Full ref name -> commit id, annotated tags peeled."""
        every = self._list(patterns)
        plain = {ref: oid for ref, oid in every.items() if not ref.endswith(_PEELED)}
        return {ref: every.get(ref + _PEELED, oid) for ref, oid in plain.items()}

    def annotated(self, *patterns: str) -> dict[str, str]:
        """As `refs`, of annotated tags alone."""
        peeled = {ref: oid for ref, oid in self._list(patterns).items() if ref.endswith(_PEELED)}
        return {ref.removesuffix(_PEELED): oid for ref, oid in peeled.items()}

    def head(self) -> str | None:
        """The branch that the remote's HEAD names."""
        asked = ("ls-remote", "--quiet", "--symref", "--end-of-options", self.name, "HEAD")
        answer = self._retried(_READ_SECONDS, *asked, what="cannot read HEAD")
        for line in answer.raw.splitlines():
            target, _, name = os.fsdecode(line).partition("\t")
            if name == "HEAD" and target.startswith("ref: refs/heads/"):
                return target.removeprefix("ref: refs/heads/")
        return None

    def _require_trusted(self) -> None:
        """Before the first word with the remote: it is one that the owner of this clone configured.

        Git takes a name that is no remote for a path, and `remote:` comes from a file that a branch can
        change: its own folder, or a fork, would decide which rules hold.
        """
        if self._trusted:
            return
        self.url()
        chosen = self._git.run("config", "--get", "helmforge.remote").out.strip()
        origin = self._git.run("remote", "get-url", "--", _ORIGIN)
        if self.name not in {_ORIGIN, chosen} and origin.code == 0:
            raise UsageError(
                f"helmforge.yaml names the remote {self.name!r}, and this clone has an {_ORIGIN!r} as well",
                why="a branch must not choose which remote decides",
                hint=f"when {self.name!r} is the right one: git config helmforge.remote {self.name}",
            )
        self._trusted = True

    def tag_objects(self, *prefixes: str) -> tuple[dict[str, str], dict[str, str]]:
        """Name without `refs/tags/` -> id of the tag object, which is here afterwards; and those names that
        have none, lightweight tags -> id of what they point to.

        Fetched without a destination: no ref of this clone changes, `git gc` clears up in time.
        """
        every = self._list(
            f"refs/tags/{one}*" if one[-1:] in ("", "/") else f"refs/tags/{one}" for one in prefixes
        )
        plain = {ref: oid for ref, oid in every.items() if not ref.endswith(_PEELED)}
        tags = {ref: oid for ref, oid in plain.items() if ref + _PEELED in every}
        missing = self._missing(tags)
        if missing:
            self._fetch(missing)
        if missing and self._missing(tags):
            raise UnreachableError(
                f"the tags below {', '.join(prefixes)} changed while they were read",
                hint="run the command again",
            )
        names = {ref: ref.removeprefix("refs/tags/") for ref in plain}
        light = {names[ref]: oid for ref, oid in plain.items() if ref not in tags}
        return {names[ref]: oid for ref, oid in tags.items()}, light

    def fetch(self, *refs: str) -> None:
        if refs:
            self._fetch([self._refspec(names.ref_pattern(ref)) for ref in refs])

    def deepen(self) -> None:
        """The whole history behind what a shallow clone has."""
        flags = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--unshallow")
        asked = ("fetch", *flags, "--end-of-options", self.name)
        self._retried(_FETCH_SECONDS, *asked, what="cannot fetch the history that this shallow clone lacks")

    def create(self, ref: str, oid: str, *, replaces: str = "") -> None:
        """Points `ref` to the object `oid`. Exactly one of several writers wins.

        `replaces` is the object that the ref must point to before; empty: the ref must not exist.
        """
        names.ref(ref)
        for pause in (*_PAUSES, None):
            pushed = self._push(ref, oid, replaces)
            status, reason = _status(pushed, ref)
            if pushed.code == 0 and status not in ("=", "!", ""):
                return
            if status not in ("=", "!"):
                raise self._failure(pushed, f"cannot push {ref!r}")
            there = self._list([ref])
            if there.get(ref, "") != replaces or _STALE in reason:
                raise RefExistsError(ref, there.get(ref + _PEELED, there.get(ref, "")))
            if pause is None or not failures.is_contended(pushed, reason):
                raise failures.declined(pushed, ref, reason)
            time.sleep(pause)

    def delete(self, ref: str, oid: str) -> None:
        """RefExistsError when `ref` no longer points to the object `oid`."""
        self.create(ref, "", replaces=oid)

    def _push(self, ref: str, oid: str, replaces: str) -> Completed:
        return self._timed(
            _PUSH_SECONDS,
            *("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"),
            f"--force-with-lease={ref}:{replaces}",
            *("--end-of-options", self.name, f"{oid}:{ref}"),
        )

    def _list(self, patterns: Iterable[str]) -> dict[str, str]:
        """Object ids, with an entry `<ref>^{}` for each annotated tag."""
        wanted = [names.ref_pattern(pattern) for pattern in patterns]
        # `*` at the end brings the peeled entries; git matches patterns at any depth, so filter again.
        globs = [f"{pattern.removesuffix('*')}*" for pattern in wanted]
        answer = self._retried(
            _READ_SECONDS,
            *("ls-remote", "--quiet", *_kinds(wanted), "--end-of-options", self.name, *globs),
            what="cannot read the refs",
        )
        listed = (os.fsdecode(line).split("\t", 1) for line in answer.raw.splitlines())
        return {ref: oid for oid, ref in listed if _wanted(ref.removesuffix(_PEELED), wanted)}

    def _missing(self, tags: Mapping[str, str]) -> list[str]:
        """The refs among `tags` whose objects are not here."""
        oids = "".join(f"{oid}\n" for oid in tags.values()).encode()
        answer = self._git.check(
            "cat-file", "--batch-check=%(objecttype)", stdin=oids, what="cannot look for objects"
        )
        return [ref for ref, line in zip(tags, answer.splitlines(), strict=True) if line.endswith(b"missing")]

    def _refspec(self, ref: str) -> str:
        if ref.startswith("refs/tags/"):
            return f"+{ref}:{ref}"
        if ref.startswith("refs/heads/"):
            return f"+{ref}:refs/remotes/{self.name}/{ref.removeprefix('refs/heads/')}"
        raise UsageError(f"{ref!r} is neither a branch nor a tag")

    def _fetch(self, refspecs: Iterable[str]) -> None:
        self._retried(
            _FETCH_SECONDS,
            *("fetch", "--quiet", "--no-tags", "--refmap=", "--no-recurse-submodules"),
            *("--no-write-fetch-head", "--stdin", "--end-of-options", self.name),
            what="cannot fetch",
            stdin="".join(f"{refspec}\n" for refspec in refspecs).encode("utf-8", "surrogateescape"),
        )

    def _retried(self, seconds: float, *args: str, what: str, stdin: bytes = b"") -> Completed:
        for pause in (*_PAUSES, None):
            completed = self._timed(seconds, *args, stdin=stdin)
            if completed.code == 0:
                return completed
            failure = self._failure(completed, what)
            if pause is None or not isinstance(failure, UnreachableError):
                raise failure
            time.sleep(pause)
        raise AssertionError(what)

    def _timed(self, seconds: float, *args: str, stdin: bytes = b"") -> Completed:
        self._require_trusted()
        try:
            return self._git.run(*_STALLED, *_NO_UPKEEP, *args, stdin=stdin, timeout=seconds)
        except ToolError as late:
            raise UnreachableError(
                f"the Git remote {self.name!r} does not answer", where=late.where, why=late.what
            ) from late

    def _failure(self, completed: Completed, what: str) -> Exception:
        return failures.classify(completed, f"{what}: the remote {self.name!r}", self.url())


def _kinds(patterns: list[str]) -> list[str]:
    """Lets the server leave out what nobody asked for."""
    kinds = {"refs/heads/": "--heads", "refs/tags/": "--tags"}
    if not patterns or not all(pattern.startswith(tuple(kinds)) for pattern in patterns):
        return []
    return [flag for prefix, flag in kinds.items() if any(p.startswith(prefix) for p in patterns)]


def _wanted(ref: str, patterns: list[str]) -> bool:
    if not patterns:
        return ref.startswith("refs/")
    return any(
        ref.startswith(pattern[:-1]) if pattern.endswith("*") else ref == pattern for pattern in patterns
    )


def _status(pushed: Completed, ref: str) -> tuple[str, str]:
    """Flag and reason of the ref in the output of `git push --porcelain`; empty when it has none."""
    for flag, name, reason in _STATUS.findall(pushed.raw):
        if os.fsdecode(name) == ref:
            return flag.decode(), reason.decode("utf-8", "replace")
    return "", ""


def without_credentials(url: str) -> str:
    """Keeps the account of an SSH address, which is part of the way there; drops all passwords."""
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    account, _, host = parts.netloc.rpartition("@")
    account = account.partition(":")[0] if parts.scheme.endswith("ssh") else ""
    return urlunsplit((parts.scheme, f"{account}@{host}" if account else host, parts.path, "", ""))
