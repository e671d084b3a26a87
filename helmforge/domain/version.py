"""Versions: a semver, and the spelling that the release branch gave it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property, total_ordering
from typing import TYPE_CHECKING

from helmforge.errors import UsageError

if TYPE_CHECKING:
    import semver

_LONGEST = 128  # OCI tag, distribution spec


class Bump(Enum):
    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """`v1.1.2` and `1.1.2` are the same version; `tag` is literally what the branch says."""

    tag: str

    @classmethod
    def parse(cls, text: str) -> Version:
        """Raises UsageError when `text` is not a semver, with or without a leading `v`."""
        import semver  # noqa: PLC0415 - 8 ms, which only commands that see a version need pay

        hint = "use MAJOR.MINOR.PATCH, for example 1.4.0, v1.4.0 or 1.5.0-rc.1"
        number = text.removeprefix("v")
        if not text.isascii() or not semver.Version.is_valid(number):
            raise UsageError(f"{text!r} is not a version", why="not a semantic version", hint=hint)
        if semver.Version.parse(number).build:
            raise UsageError(
                f"{text!r} is not a version", why="a registry tag cannot hold build metadata ('+')", hint=hint
            )
        if len(text) > _LONGEST:
            raise UsageError(
                f"{text!r} is not a version", why=f"longer than {_LONGEST} characters", hint=hint
            )
        return cls(text)

    @cached_property
    def semver(self) -> semver.Version:
        import semver  # noqa: PLC0415 - see parse

        return semver.Version.parse(self.tag.removeprefix("v"))

    @property
    def number(self) -> str:
        """The plain semver: chart version and appVersion."""
        return str(self.semver)

    @property
    def prerelease(self) -> bool:
        return bool(self.semver.prerelease)

    def bump(self, part: Bump) -> Version:
        """The next release, spelled like this one. A prerelease is finished by its own kind of bump."""
        prefix = "v" if self.tag.startswith("v") else ""
        return Version(prefix + str(self.semver.next_version(part.value)))

    def other_spelling(self) -> Version:
        return Version(self.number if self.tag.startswith("v") else f"v{self.tag}")

    def __str__(self) -> str:
        return self.tag

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.semver == other.semver

    def __lt__(self, other: Version) -> bool:
        return self.semver < other.semver

    def __hash__(self) -> int:
        return hash(self.number)
