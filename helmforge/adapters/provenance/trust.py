"""Whom cosign is to believe, as options and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.provenance.policy import SignerKeys

NO_AUTHORITIES = b'{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'


def who(folder: str, keys: SignerKeys, public: bytes | None) -> list[str]:
    """`public` is one of the signer's public keys, None for an identity."""
    if public is not None:
        return [f"--key={written(folder, 'key', public)}"]
    return [f"--certificate-identity={keys.identity}", f"--certificate-oidc-issuer={keys.signer.issuer}"]


def witnesses(folder: str, keys: SignerKeys, bundle: bytes) -> list[str]:
    """Who must have seen the signature: a log of one's own or the public one, or nobody."""
    seen = [] if keys.signer.transparency_log else ["--insecure-ignore-tlog=true"]
    known = _object(keys.root or NO_AUTHORITIES)
    stamps = _stamped(bundle) and (keys.root is None or known.get("timestampAuthorities"))
    unseen = not keys.public and not keys.signer.transparency_log  # and its certificate lived for minutes
    if stamps or unseen:  # today's logs tell no time
        seen.append("--use-signed-timestamps=true")
    if keys.root is None and (keys.signer.transparency_log or not keys.public):
        return seen  # cosign fetches the root of the public Sigstore
    if not keys.public and not known.get("ctlogs"):
        seen.append("--insecure-ignore-sct=true")
    return [*seen, f"--trusted-root={written(folder, 'root', keys.root or NO_AUTHORITIES)}"]


def _stamped(bundle: bytes) -> bool:
    material = _object(bundle).get("verificationMaterial")
    stamps = material.get("timestampVerificationData") if isinstance(material, dict) else None
    return isinstance(stamps, dict) and bool(stamps.get("rfc3161Timestamps"))


def _object(content: bytes) -> Mapping[str, object]:
    """What cosign cannot read it explains itself."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def written(folder: str, name: str, content: bytes) -> Path:
    """A file in `folder`, which goes away soon."""
    path = Path(folder) / name
    path.write_bytes(content)
    return path
