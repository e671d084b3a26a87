"""A registry in memory that keeps images and what is attached to them, and stand-ins for syft and cosign."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helmforge.domain.oci import REVISION, Descriptor, Digest, Manifest
from helmforge.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.oci import ImageRef, Repository
    from helmforge.domain.provenance.policy import SbomFormat, SignerKeys, Signing, SigningFiles
    from helmforge.flows.ports import Log


def public_key(hand: bytes) -> bytes:
    """`hand` must be Base64."""
    return b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % hand


PUBLIC_KEY = public_key(b"ours")


def digest_of(content: bytes) -> Digest:
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


def referrer(kind: str, subject: Digest, layer: Mapping[str, object]) -> bytes:
    """A manifest of this type with one layer, attached to `subject`."""
    return json.dumps({"artifactType": kind, "subject": {"digest": subject}, "layers": [layer]}).encode()


@dataclass
class Attached:
    """One referrer, as it was put."""

    subject: Digest
    kind: str
    content: bytes
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def manifest(self) -> bytes:
        layer = {"mediaType": self.kind, "digest": digest_of(self.content), "size": len(self.content)}
        return referrer(self.kind, self.subject, layer)


@dataclass
class MemoryRegistry:
    """`tags` names manifests, whatever the repository; `commit` is that of every image."""

    commit: str = "c" * 40
    manifests: dict[Digest, bytes] = field(default_factory=dict)
    tags: dict[str, Digest] = field(default_factory=dict)
    attached: list[Attached] = field(default_factory=list)

    def image(self, tag: str, *platforms: str) -> Digest:
        """Of these platforms, or without any index."""
        config = {"config": {"digest": digest_of(tag.encode()), "size": 1}, "layers": []}
        entries = []
        for platform in platforms:
            system, _, machine = platform.partition("/")
            digest = self._keep({**config, "annotations": {"platform": platform}})
            named = {"os": system, "architecture": machine}
            entries.append({"digest": digest, "size": 1, "platform": named})
        self.tags[tag] = self._keep({"manifests": entries} if platforms else config)
        return self.tags[tag]

    def _keep(self, document: dict[str, Any]) -> Digest:
        content = json.dumps(document).encode()
        self.manifests[digest_of(content)] = content
        return digest_of(content)

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        digest = ref.digest or self.tags.get(ref.reference)
        return Descriptor("", digest, 1) if digest in self.manifests and digest else None

    def labels(self, _: ImageRef) -> Mapping[str, str]:
        return {REVISION: self.commit}

    def manifest(self, ref: ImageRef) -> Manifest | None:
        digest = ref.digest or self.tags[ref.reference]
        for one in self.attached:
            if digest_of(one.manifest) == digest:
                return Manifest(one.manifest, "", digest)
        return Manifest(self.manifests[digest], "", digest) if digest in self.manifests else None

    def blob(self, _: Repository, digest: Digest) -> bytes:
        return next(one.content for one in self.attached if digest_of(one.content) == digest)

    def put_referrer(
        self, subject: ImageRef, kind: str, content: bytes, annotations: Mapping[str, str]
    ) -> Digest:
        assert subject.digest in self.manifests
        self.attached.append(Attached(Digest(str(subject.digest)), kind, content, annotations))
        return digest_of(self.attached[-1].manifest)

    def referrers(self, subject: ImageRef, kind: str = "") -> tuple[Descriptor, ...]:
        return tuple(
            Descriptor("", digest_of(one.manifest), 1, one.kind, one.annotations)
            for one in self.attached
            if one.subject == subject.digest and kind in {"", one.kind}
        )


@dataclass
class Syft:
    """`absent` is why it cannot be used; `asked` are the images that it looked into."""

    absent: str = ""
    asked: list[str] = field(default_factory=list)

    def missing(self) -> str:
        return self.absent

    def generate(self, image: ImageRef, form: SbomFormat, _: Log) -> bytes:
        self.asked.append(str(image))
        mark = "spdxVersion" if form.value == "spdx-json" else "bomFormat"
        return json.dumps({mark: "1", "name": str(image)}).encode()


@dataclass
class Cosign:
    """Signs by writing down who has signed: `hand`. `fails` is why it cannot."""

    hand: bytes = b"ours"
    absent: str = ""
    fails: str = ""
    checked: int = 0

    def missing(self) -> str:
        return self.absent

    def public_key(self, _: Signing) -> bytes:
        if self.fails:
            raise ToolError("cosign cannot use the key", why=self.fails)
        return public_key(self.hand)

    def sign(self, statement: bytes, _: Signing, __: SigningFiles, ___: Log) -> bytes:
        if self.fails:
            raise ToolError("cosign could not sign", why=self.fails)
        return bundle_of(statement, self.hand)

    def problem(self, bundle: bytes, kind: str, digest: Digest, keys: SignerKeys) -> str:
        self.checked += 1
        document = json.loads(bundle)
        said = json.loads(base64.b64decode(document["dsseEnvelope"]["payload"]))
        algorithm, _, encoded = digest.partition(":")
        if (said["predicateType"], said["subject"][0]["digest"]) != (kind, {algorithm: encoded}):
            return "it says something else"
        ours = [key.split(b"\n")[1].decode() for key in keys.public] or [keys.identity]
        by = document["verificationMaterial"]["by"]
        return "" if by in ours else f"it is signed by {by}"


def bundle_of(statement: bytes, hand: bytes) -> bytes:
    payload = base64.b64encode(statement).decode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload}
    return json.dumps({"dsseEnvelope": envelope, "verificationMaterial": {"by": hand.decode()}}).encode()
