"""The pieces that are attached to an image, and what each of them is in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.policy import SbomFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from helmforge.domain.oci import Digest
    from helmforge.domain.provenance.policy import Provenance, ProvenancePolicy, Signing

STATEMENT_MEDIA_TYPE = "application/vnd.in-toto+json"
BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGNATURE_TYPE = "https://sigstore.dev/cosign/sign/v1"
"""What cosign says of an image that it signs, since its version 3."""
_SBOM_MEDIA_TYPES = {
    SbomFormat.SPDX: "application/spdx+json",
    SbomFormat.CYCLONEDX: "application/vnd.cyclonedx+json",
}
_SBOM_TYPES = {
    SbomFormat.SPDX: "https://spdx.dev/Document",
    SbomFormat.CYCLONEDX: "https://cyclonedx.org/bom",
}
_SBOM_MARKS = {SbomFormat.SPDX: "spdxVersion", SbomFormat.CYCLONEDX: "bomFormat"}


class Kind(Enum):
    """The values are their names for people."""

    SBOM = "SBOM"
    PROVENANCE = "provenance"
    SIGNATURE = "signature"

    def title(self, *, signed: bool) -> str:
        return f"signed {self.value}" if signed and self is not Kind.SIGNATURE else self.value


@dataclass(frozen=True)
class Piece:
    """Something attached to the manifest `subject`; `form` is that of an SBOM. None is not signed."""

    kind: Kind
    subject: Digest
    signing: Signing | None = None
    form: SbomFormat = SbomFormat.SPDX

    @property
    def signed(self) -> bool:
        return self.signing is not None


def sbom_media_types() -> tuple[str, ...]:
    return tuple(_SBOM_MEDIA_TYPES.values())


def sbom_media_type(form: SbomFormat) -> str:
    return _SBOM_MEDIA_TYPES[form]


def sbom_predicate_type(form: SbomFormat) -> str:
    return _SBOM_TYPES[form]


def predicate_types(kind: Kind) -> frozenset[str]:
    """Of the statements that are of this kind."""
    types = {
        Kind.SBOM: _SBOM_TYPES.values(),
        Kind.PROVENANCE: (slsa.PREDICATE_TYPE,),
        Kind.SIGNATURE: (SIGNATURE_TYPE,),
    }
    return frozenset(types[kind])


def is_sbom(document: Mapping[str, Any]) -> bool:
    return any(isinstance(document.get(mark), str) for mark in _SBOM_MARKS.values())


def wanted(rules: Provenance, image: Digest, platforms: Iterable[Digest]) -> tuple[Piece, ...]:
    """Each platform has its own contents, so its own SBOM; `platforms` is the image itself when it has one.
    The plain SBOM is what scanners look for, the signed one is proof.
    """
    hands = (None, rules.sign) if rules.sign else (None,)
    pieces = []
    if rules.sbom:
        form = rules.sbom
        pieces += [Piece(Kind.SBOM, platform, hand, form) for platform in platforms for hand in hands]
    if rules.slsa:
        pieces.append(Piece(Kind.PROVENANCE, image, rules.sign))
    if rules.sign:
        pieces.append(Piece(Kind.SIGNATURE, image, rules.sign))
    return tuple(pieces)


def demanded(policy: ProvenancePolicy) -> frozenset[Kind]:
    """What an environment will not do without."""
    asked = {Kind.SBOM: policy.sbom, Kind.PROVENANCE: policy.slsa, Kind.SIGNATURE: policy.signed}
    return frozenset(kind for kind, wish in asked.items() if wish)
