"""Signatures of OpenPGP, checked by gpg in a home of its own that knows one keyring and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helmforge.domain.git import Signature
from helmforge.domain.verdict import CLOCK_SKEW
from helmforge.errors import MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Completed, Runner

_SECONDS = 60.0
# doc/DETAILS of GnuPG. GOODSIG is said only while key and signature are neither expired nor revoked; of a key
# that is both gpg names one: that it expired. As of a time when it had not, it names the other, however
# much later the key was revoked.
_WRONG = {
    "BADSIG": "its signature is wrong",
    "EXPSIG": "its signature has expired",
    "EXPKEYSIG": "the key of its signature has expired",
    "REVKEYSIG": "the key of its signature was revoked",
    "ERRSIG": "no key in the trunk's keyring made its signature",
}
_FINGERPRINT = re.compile(r"[0-9A-F]{40,64}")
_ADDRESS = re.compile(r"(?:.*<)?([^<>\s]+@[^<>\s]+?)>?")
# Fields of --with-colons
_KIND, _VALIDITY, _EXPIRES, _USER, _FINGERPRINT_FIELD = 0, 1, 6, 9, 9
_GONE = frozenset("rei")  # revoked, expired, invalid
_SIGNED_AT, _PRIMARY = 2, -1  # words of VALIDSIG; the first is the fingerprint of the key that signed


@dataclass(frozen=True)
class _Gpg:
    """`as_of` is the time that gpg takes for now."""

    runner: Runner
    home: Path
    as_of: datetime | None

    def run(self, *args: str, stdin: bytes = b"") -> Completed:
        flags = ("--no-options", "--batch", "--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--quiet")
        trust = ("--trust-model", "always", "--weak-digest", "SHA1", "--with-colons", "--status-fd", "1")
        # seconds since 1970; 0 would be the clock of the machine
        when = f"{max(int(self.as_of.timestamp()), 1)}!" if self.as_of else ""
        time = ("--faked-system-time", when) if when else ()
        return self.runner.run(
            ["gpg", "--homedir", str(self.home), *flags, *time, *trust, *args],
            env={"LC_ALL": "C", "GNUPGHOME": None},
            stdin=stdin,
            timeout=_SECONDS,
        )


def check(
    runner: Runner,
    folder: Path,
    email: str,
    payload: bytes,
    signature: bytes,
    keyring: bytes | None,
    counted: datetime | None,
) -> Signature:
    """Whether `signature` is of a key whose user is `email`, now or when it `counted`. `folder` is empty."""
    if keyring is None:
        return Signature("it is signed with OpenPGP, and the trunk has no keyring")
    files = {name: folder / name for name in ("keyring", "signature")}
    files["keyring"].write_bytes(keyring)
    files["signature"].write_bytes(signature)
    gpg = _Gpg(runner, folder, counted)
    try:
        _Gpg(runner, folder, None).run(
            "--import", str(files["keyring"])
        )  # users may be younger than `counted`
        return _judged(gpg, gpg.run("--verify", str(files["signature"]), "-", stdin=payload), email)
    except MissingToolError:
        return Signature("it is signed with OpenPGP, and there is no gpg on this machine")


def _judged(gpg: _Gpg, verified: Completed, email: str) -> Signature:
    status = _status(verified)
    if wrong := next((why for word, why in _WRONG.items() if word in status), ""):
        return Signature(wrong)
    good, valid = (status.get(word, []) for word in ("GOODSIG", "VALIDSIG"))
    words = valid[0].split() if valid else []
    if verified.code != 0 or (len(good), len(valid)) != (1, 1) or not words[_SIGNED_AT].isdecimal():
        return Signature("its signature cannot be checked")
    if gpg.as_of and int(words[_SIGNED_AT]) > gpg.as_of.timestamp() + CLOCK_SKEW.total_seconds():
        return Signature("its signature was made later than it counted")
    listed = gpg.run("--list-keys", words[_PRIMARY]) if _FINGERPRINT.fullmatch(words[_PRIMARY]) else None
    rows = [line.split(":") for line in listed.out.splitlines()] if listed else []
    users = _users(rows)
    if email.lower() not in users:
        return Signature(f"it is signed with a key of {', '.join(users) or 'nobody'}")
    return Signature(key_expires=_expiry(rows, words[0]) if gpg.as_of else None)


def _status(done: Completed) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in done.out.splitlines():
        if line.startswith("[GNUPG:] "):
            word, _, rest = line.removeprefix("[GNUPG:] ").partition(" ")
            found.setdefault(word, []).append(rest)
    return found


def _users(rows: list[list[str]]) -> tuple[str, ...]:
    """Addresses, in lower case, of the user ids that hold."""
    valid = (row[_USER] for row in rows if row[_KIND] == "uid" and row[_VALIDITY] not in _GONE)
    return tuple(found[1].lower() for text in valid if (found := _ADDRESS.fullmatch(text)))


def _expiry(rows: list[list[str]], fingerprint: str) -> datetime | None:
    """Of the key that signed, or of the primary key that it belongs to: what comes first."""
    ends, end = [], ""
    for row in rows:
        if row[_KIND] in {"pub", "sub"}:
            end = row[_EXPIRES]
            ends += [end] if row[_KIND] == "pub" else []
        elif row[_KIND] == "fpr" and row[_FINGERPRINT_FIELD] == fingerprint:
            ends.append(end)
    times = [int(each) for each in ends if each.isdecimal()]
    return datetime.fromtimestamp(min(times), UTC) if times else None
