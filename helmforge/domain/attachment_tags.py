"""Tags that are no versions: they hold what is attached to a manifest beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from helmforge.domain.oci import Digest
from helmforge.domain.oci_manifest import InvalidManifestError, manifest_document
from helmforge.errors import UsageError

# distribution-spec 1.1, "Referrers Tag Schema": of a digest the first 64 digits. Cosign's tags have all,
# so there are none for sha512: a tag has 128 characters at most.
_TAG = re.compile(
    r"(?P<list>sha256-[0-9a-f]{64}|sha512-[0-9a-f]{64})|(?P<cosign>sha256-[0-9a-f]{64})\.(sig|att|sbom)"
)
# Docker takes what is not labelled, or wrongly, for an image, too
_IMAGE_CONFIGS = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
        *("application/json", "application/octet-stream", "text/html", ""),
    }
)
_DOCKER = "application/vnd.docker.distribution.manifest."  # whatever its config is called, nodes run it
# cosign's specs/SIGNATURE_SPEC.md, ATTESTATION_SPEC.md and SBOM_SPEC.md: layers under the config of an image
_COSIGN_LAYERS = frozenset(
    {
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "application/vnd.dsse.envelope.v1+json",
        *("text/spdx", "text/spdx+json", "text/spdx+xml", "application/spdx+json"),
        *("application/vnd.cyclonedx", "application/vnd.cyclonedx+json", "application/vnd.cyclonedx+xml"),
        "application/vnd.syft+json",
    }
)
_CHARTS = "application/vnd.cncf.helm."
_MOST_ENTRIES = 2000  # as a promotion copies


@dataclass(frozen=True)
class AttachmentTag:
    """What its name says. `by_cosign`: it is the attachment itself, no list of them."""

    name: str
    by_cosign: bool

    @classmethod
    def parse(cls, tag: str) -> AttachmentTag | None:
        """None for any other tag."""
        found = _TAG.fullmatch(tag)
        return cls(found["cosign"] or found["list"], found["cosign"] is not None) if found else None

    def subject(self, named: frozenset[Digest]) -> Digest | None:
        """To which manifest it belongs, where the attachments name these; None when they contradict it, or
        when neither tells.
        """
        algorithm, _, encoded = self.name.partition("-")
        whole = frozenset({Digest(f"{algorithm}:{encoded}")} if algorithm == "sha256" else ())
        subjects = whole | named
        if len(subjects) != 1:
            return None
        (subject,) = subjects
        theirs, _, digits = subject.partition(":")
        return subject if (theirs, digits[: len(encoded)]) == (algorithm, encoded) else None


@dataclass(frozen=True)
class Attachment:
    """`subject` is what it says that it is attached to: cosign's tags alone say it for what is below them."""

    subject: Digest | None


def listed(content: bytes) -> tuple[Digest, ...] | None:
    """What an index lists; None for anything else."""
    document = _document(content)
    entries = document.get("manifests")
    if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES or {"config", "layers"} & set(document):
        return None
    try:
        if any(str(entry.get("mediaType")).startswith(_DOCKER) for entry in entries):
            return None
        return tuple(Digest.parse(entry["digest"]) for entry in entries)
    except (TypeError, KeyError, AttributeError, UsageError):
        return None


def attachment(content: bytes, media_type: str) -> Attachment | None:
    """None for what somebody could run or deploy (an image, an index of images, a chart), whatever it says
    that it belongs to; and for what cannot be read. `media_type` is what the registry calls it.
    """
    document = _document(content)
    try:
        config = document["config"]["mediaType"]
        layers = {layer["mediaType"] for layer in document["layers"]}
        subject = Digest.parse(document["subject"]["digest"]) if document.get("subject") else None
    except (TypeError, KeyError, UsageError):
        return None
    if "manifests" in document or not all(isinstance(kind, str) for kind in (config, *layers)):
        return None
    if any(kind.startswith(_CHARTS) for kind in (config, *layers)):
        return None
    docker = any(str(kind).startswith(_DOCKER) for kind in (media_type, document.get("mediaType")))
    if (docker or config in _IMAGE_CONFIGS) and not (layers and layers <= _COSIGN_LAYERS):
        return None
    return Attachment(subject)


def _document(content: bytes) -> dict[str, Any]:
    """Empty for what a node may read in another way."""
    try:
        return manifest_document(content)
    except InvalidManifestError:
        return {}
