"""Signatures of SSH, checked by ssh-keygen with one file of allowed signers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.domain.git import Signature

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.git import AnnotatedTag

_NAMESPACE = "git"  # what Git signs is no signature of a file, and the other way round
_SECONDS = 60.0
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_ENDED = re.compile(r"> valid-before (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")


def check(
    runner: Runner,
    folder: Path,
    tag: AnnotatedTag,
    payload: bytes,
    signature: bytes,
    allowed_signers: bytes | None,
    counted: datetime | None,
) -> Signature:
    """Whether a line of `allowed_signers` lets the tagger sign at the time of the tag. `folder` is empty."""
    if allowed_signers is None:
        return Signature("it is signed with SSH, and the trunk has no file of allowed signers")
    (folder / "allowed_signers").write_bytes(allowed_signers)
    (folder / "signature").write_bytes(signature)
    said = ""
    for principal in dict.fromkeys((tag.tagger.email.lower(), tag.tagger.email)):
        done = _verify(runner, folder, principal, payload, tag.time)
        if done.code == 0:
            later = _verify(runner, folder, principal, payload, _LAST) if counted else None
            return Signature(key_expires=_ended(later))
        said = " ".join((done.err.strip() or done.out.strip()).splitlines()[:2]).rstrip(".")
    return Signature(f"it is not signed with a key of {tag.tagger.email} that was allowed then ({said})")


def _verify(runner: Runner, folder: Path, principal: str, payload: bytes, when: datetime) -> Completed:
    files = ("-f", str(folder / "allowed_signers"), "-s", str(folder / "signature"))
    time = when.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return runner.run(
        [
            *("ssh-keygen", "-Y", "verify", "-n", _NAMESPACE, *files, "-I", principal),
            *("-O", f"verify-time={time}"),
        ],
        # Times of the file without a zone are those of the machine: the same everywhere, please
        env={"TZ": "UTC", "LC_ALL": "C"},
        stdin=payload,
        timeout=_SECONDS,
    )


def _ended(later: Completed | None) -> datetime | None:
    """The end of the line that allowed the key, as ssh-keygen words it when asked about the end of days."""
    found = _ENDED.search(later.err) if later and later.code != 0 else None
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
