"""Signatures of tags, checked with keys that the caller names and with no setting of the user.

Not with `git verify-tag`: it takes the programs and the trust of the user's own configuration, and names one
principal of a key that has several.
"""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.git import openpgp, ssh
from helmforge.domain.git import Signature

if TYPE_CHECKING:
    from datetime import datetime

    from helmforge.adapters.process import Runner
    from helmforge.domain.git import AnnotatedTag, TrustedKeys

_BEGIN = re.compile(
    rb"^-----BEGIN (SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----$", re.MULTILINE
)
_SSH = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]+\n)+)-----END SSH SIGNATURE-----\n")
_PGP = re.compile(
    rb"-----BEGIN PGP SIGNATURE-----\n\n((?:[A-Za-z0-9+/][A-Za-z0-9+/=]*\n)+)(?:=[A-Za-z0-9+/]{4}\n)?"
    rb"-----END PGP SIGNATURE-----\n",
)


def split(raw: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the signature, "" when there is none. As Git does it: the last one counts."""
    begins = [found.start() for found in _BEGIN.finditer(raw)]
    return (raw[: begins[-1]], raw[begins[-1] :]) if begins else (raw, b"")


def check(
    runner: Runner, tag: AnnotatedTag, raw: bytes, keys: TrustedKeys, counted: datetime | None = None
) -> Signature:
    """Whether the object `raw` is signed by its tagger with one of `keys`. `counted` is when somebody
    recorded that it was; None asks about now.
    """
    payload, signature = split(raw)
    if not signature:
        return Signature("it is not signed")
    with tempfile.TemporaryDirectory(prefix="helmforge-") as folder:
        of_ssh, of_pgp = _SSH.fullmatch(signature), _PGP.fullmatch(signature)
        if (found := of_ssh or of_pgp) and not _canonical(found[1]):
            return Signature("its signature is malformed")
        if of_ssh:
            return ssh.check(runner, Path(folder), tag, payload, signature, keys.allowed_signers, counted)
        if of_pgp:
            email, keyring = tag.tagger.email, keys.keyring
            return openpgp.check(runner, Path(folder), email, payload, signature, keyring, counted)
    return Signature("its signature is neither one of SSH nor one of OpenPGP, or is malformed")


def _canonical(lines: bytes) -> bool:
    """Several texts stand for the same bytes; ssh-keygen and gpg take them all."""
    text = lines.replace(b"\n", b"")
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)) == text
    except binascii.Error:
        return False
