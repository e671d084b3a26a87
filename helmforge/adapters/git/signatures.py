"""Signatures of tags, checked with keys that the caller names and with no setting of the user.

Not with `git verify-tag`: it takes the programs and the trust of the user's own configuration, and names one
principal of a key that has several.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.git import openpgp

if TYPE_CHECKING:
    from helmforge.adapters.process import Runner
    from helmforge.domain.git import AnnotatedTag, TrustedKeys

_BEGIN = re.compile(
    rb"^-----BEGIN (SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----$", re.MULTILINE
)
_SSH = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----\n")
_PGP = re.compile(
    rb"-----BEGIN PGP SIGNATURE-----\n\n(?:[A-Za-z0-9+/=]+\n)+-----END PGP SIGNATURE-----\n",
)
_NAMESPACE = "git"  # what Git signs is no signature of a file, and the other way round
_SECONDS = 60.0


def split(raw: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the signature, "" when there is none. As Git does it: the last one counts."""
    begins = [found.start() for found in _BEGIN.finditer(raw)]
    return (raw[: begins[-1]], raw[begins[-1] :]) if begins else (raw, b"")


def problem(runner: Runner, tag: AnnotatedTag, raw: bytes, keys: TrustedKeys) -> str:
    """Why the object `raw` is not signed by its tagger with one of `keys`; "" when it is."""
    payload, signature = split(raw)
    if not signature:
        return "it is not signed"
    with tempfile.TemporaryDirectory(prefix="helmforge-") as folder:
        if found := _SSH.fullmatch(signature):
            if not _canonical(found[1]):
                return "its signature is malformed"
            return _ssh(runner, Path(folder), tag, payload, signature, keys)
        if _PGP.fullmatch(signature):
            return openpgp.problem(runner, Path(folder), tag.tagger.email, payload, signature, keys.keyring)
    return "its signature is neither one of SSH nor one of OpenPGP, or is malformed"


def _canonical(lines: bytes) -> bool:
    """Several texts stand for the same bytes; ssh-keygen takes them all."""
    text = lines.replace(b"\n", b"")
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)) == text
    except binascii.Error:
        return False


def _ssh(
    runner: Runner, folder: Path, tag: AnnotatedTag, payload: bytes, signature: bytes, keys: TrustedKeys
) -> str:
    if keys.allowed_signers is None:
        return "it is signed with SSH, and the trunk has no file of allowed signers"
    allowed, signed = folder / "allowed_signers", folder / "signature"
    allowed.write_bytes(keys.allowed_signers)
    signed.write_bytes(signature)
    when = tag.time.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    said = ""
    for principal in dict.fromkeys((tag.tagger.email.lower(), tag.tagger.email)):
        verify = ("ssh-keygen", "-Y", "verify", "-n", _NAMESPACE, "-f", str(allowed), "-s", str(signed))
        done = runner.run(
            [*verify, "-I", principal, "-O", f"verify-time={when}"],
            # Times of the file without a zone are those of the machine: the same everywhere, please
            env={"TZ": "UTC", "LC_ALL": "C"},
            stdin=payload,
            timeout=_SECONDS,
        )
        if done.code == 0:
            return ""
        said = " ".join((done.err.strip() or done.out.strip()).splitlines()[:2]).rstrip(".")
    return f"it is not signed with a key of {tag.tagger.email} that was allowed then ({said})"
