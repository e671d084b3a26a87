"""`provenance:` of helmforge.yaml (what is attached to images), and of an environment (what it asks for)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from helmforge.config import values
from helmforge.config.values import objection
from helmforge.domain.provenance.policy import (
    IN_A_VARIABLE,
    Provenance,
    ProvenancePolicy,
    SbomFormat,
    Signing,
    TrustedSigner,
)
from helmforge.domain.settings import DeployWhen
from helmforge.domain.testing import is_own_secret
from helmforge.errors import UsageError
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = "a path inside the repository"
_VARIABLE = re.compile(r"COSIGN_PRIVATE_KEY|HELMFORGE_([A-Z0-9_]*_)?KEY", re.IGNORECASE | re.ASCII)
_BRACES = ("{service}", "{version}")


def parse_provenance(data: dict[str, Any]) -> Provenance:
    sbom = data.get("sbom", SbomFormat.SPDX.value)
    return Provenance(
        sbom=SbomFormat(sbom) if sbom else None,
        slsa=data.get("slsa", Provenance.slsa),
        sign=_signing(data["sign"]) if "sign" in data else None,
    )


def parse_policy(data: dict[str, Any]) -> ProvenancePolicy:
    return ProvenancePolicy(
        signed=_signer(data["signed"]) if "signed" in data else None,
        sbom=data.get("sbom", ProvenancePolicy.sbom),
        slsa=data.get("slsa", ProvenancePolicy.slsa),
    )


def _signing(data: dict[str, Any]) -> Signing:
    """The log is public: by default only those write to it who could not be believed without it."""
    key = data.get("key", Signing.key)
    return Signing(
        key=key,
        transparency_log=data.get("transparencyLog", not key),
        signing_config=values.parse_path(data["signingConfig"]) if "signingConfig" in data else "",
        trusted_root=values.parse_path(data["trustedRoot"]) if "trustedRoot" in data else "",
    )


def _signer(data: dict[str, Any]) -> TrustedSigner:
    identity = data.get("identity", TrustedSigner.identity)
    _demand_known_braces(identity)
    return TrustedSigner(
        key=values.parse_path(data["key"]) if "key" in data else TrustedSigner.key,
        identity=identity,
        issuer=data.get("issuer", TrustedSigner.issuer),
        transparency_log=data.get("transparencyLog", "key" not in data),
        trusted_root=values.parse_path(data["trustedRoot"]) if "trustedRoot" in data else "",
    )


def _demand_known_braces(identity: str) -> None:
    rest = identity
    for known in _BRACES:
        rest = rest.replace(known, "")
    if "{" in rest or "}" in rest:
        raise UsageError("only {service} and {version} stand in braces")


def provenance_rules(data: dict[str, Any]) -> Iterator[Problem]:
    """`data` is valid by the schema."""
    if "sign" not in data:
        return
    sign = data["sign"]
    path = ("provenance", "sign")
    for key in ("signingConfig", "trustedRoot"):
        if key in sign:
            yield from objection((*path, key), _PATH, values.parse_path, sign[key])
    key = sign.get("key", "")
    name = key.removeprefix(IN_A_VARIABLE)
    if key.startswith(IN_A_VARIABLE) and not (_VARIABLE.fullmatch(name) and is_own_secret(name)):
        what = "a variable that tests and builds do not see: COSIGN_PRIVATE_KEY, or HELMFORGE_..._KEY"
        yield Problem((*path, "key"), f"expected {what}, got {name!r}")
    if bool(sign.get("keyless")) == ("key" in sign):
        yield Problem(path, "expected either `key` or `keyless: true`")


def policy_rules(path: tuple[str, ...], data: dict[str, Any], deploy: str) -> Iterator[Problem]:
    """`data` is valid by the schema."""
    if deploy != DeployWhen.ON_APPROVAL.value:
        yield Problem(path, f"expected none: only a promotion asks for it, and `deploy: {deploy}` has none")
    if "signed" not in data:
        return
    signed, at = data["signed"], (*path, "signed")
    for key in ("key", "trustedRoot"):
        if key in signed:
            yield from objection((*at, key), _PATH, values.parse_path, signed[key])
    if "identity" in signed:
        yield from objection((*at, "identity"), "an identity", _demand_known_braces, signed["identity"])
    if ("key" in signed) == ("identity" in signed) or ("identity" in signed) != ("issuer" in signed):
        yield Problem(at, "expected either `key`, or `identity` and `issuer`")
