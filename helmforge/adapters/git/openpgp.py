"""Signatures of OpenPGP, checked by gpg in a home of its own that knows one keyring and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from helmforge.errors import MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Completed, Runner

_SECONDS = 60.0
# doc/DETAILS of GnuPG. GOODSIG is said only while key and signature are neither expired nor revoked.
_WRONG = {
    "BADSIG": "its signature is wrong",
    "EXPSIG": "its signature has expired",
    "EXPKEYSIG": "the key of its signature has expired",
    "REVKEYSIG": "the key of its signature was revoked",
    "ERRSIG": "no key in the trunk's keyring made its signature",
}
_FINGERPRINT = re.compile(r"[0-9A-F]{40,64}")
_ADDRESS = re.compile(r"(?:.*<)?([^<>\s]+@[^<>\s]+?)>?")
_VALIDITY, _USER = 1, 9  # fields of `uid` in --with-colons
_GONE = frozenset("rei")  # revoked, expired, invalid


def problem(
    runner: Runner, folder: Path, email: str, payload: bytes, signature: bytes, keyring: bytes | None
) -> str:
    """Why `signature` is not one of a key whose user is `email`; "" when it is. `folder` is empty."""
    if keyring is None:
        return "it is signed with OpenPGP, and the trunk has no keyring"
    files = {name: folder / name for name in ("keyring", "signature")}
    files["keyring"].write_bytes(keyring)
    files["signature"].write_bytes(signature)
    try:
        _gpg(runner, folder, "--import", str(files["keyring"]))
        verified = _gpg(runner, folder, "--verify", str(files["signature"]), "-", stdin=payload)
        status = _status(verified)
        if wrong := next((why for word, why in _WRONG.items() if word in status), ""):
            return wrong
        if verified.code != 0 or len(status.get("GOODSIG", ())) != 1 or len(status.get("VALIDSIG", ())) != 1:
            return "its signature cannot be checked"
        fingerprint = status["VALIDSIG"][0].split()[-1]
        users = _users(_gpg(runner, folder, "--list-keys", fingerprint)) if _is_key(fingerprint) else ()
    except MissingToolError:
        return "it is signed with OpenPGP, and there is no gpg on this machine"
    return "" if email.lower() in users else f"it is signed with a key of {', '.join(users) or 'nobody'}"


def _gpg(runner: Runner, home: Path, *args: str, stdin: bytes = b"") -> Completed:
    flags = ("--no-options", "--batch", "--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--quiet")
    trust = ("--trust-model", "always", "--weak-digest", "SHA1", "--with-colons", "--status-fd", "1")
    return runner.run(
        ["gpg", "--homedir", str(home), *flags, *trust, *args],
        env={"LC_ALL": "C", "GNUPGHOME": None},
        stdin=stdin,
        timeout=_SECONDS,
    )


def _is_key(fingerprint: str) -> bool:
    return bool(_FINGERPRINT.fullmatch(fingerprint))


def _status(done: Completed) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in done.out.splitlines():
        if line.startswith("[GNUPG:] "):
            word, _, rest = line.removeprefix("[GNUPG:] ").partition(" ")
            found.setdefault(word, []).append(rest)
    return found


def _users(listed: Completed) -> tuple[str, ...]:
    """Addresses, in lower case, of the user ids that still hold."""
    fields = (line.split(":") for line in listed.out.splitlines() if line.startswith("uid:"))
    valid = (each[_USER] for each in fields if each[_VALIDITY] not in _GONE)
    return tuple(found[1].lower() for text in valid if (found := _ADDRESS.fullmatch(text)))
