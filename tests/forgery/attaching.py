"""An image in a registry, and whoever may push there attaching things to it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from helmforge.config import parse_settings
from helmforge.domain.artifact import released
from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.attachments import BUNDLE_MEDIA_TYPE, SIGNATURE_TYPE, STATEMENT_MEDIA_TYPE
from helmforge.domain.provenance.statement import Statement
from helmforge.domain.version import Version
from helmforge.flows.release.provenance import demand_provenance
from helmforge.flows.release.subject import PublishedVersion
from tests.flows.releases import IMAGE, service, world
from tests.support.attachments import PUBLIC_KEY, Attached, Cosign, MemoryRegistry, bundle_of

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.oci import Digest

COMMIT = "c" * 40
RULES = """\
registry: r.example
environments:
  prod: {cluster: {context: prod}, deploy: on-approval, provenance: {%s}}
"""
SIGNED = "signed: {key: cosign.pub}"
ALL = f"{SIGNED}, sbom: true, slsa: true"
PLAIN = "sbom: true, slsa: true"
SPDX = {"spdxVersion": "SPDX-2.3"}


class Scene:
    """An image of two platforms in the registry, and somebody who attaches things to it."""

    def __init__(self) -> None:
        self.registry = MemoryRegistry()
        self.signer = Cosign()
        self.files = {"cosign.pub": PUBLIC_KEY}
        self.image = self.registry.image("1.0.0", "linux/amd64", "linux/arm64")
        index = json.loads(self.registry.manifests[self.image])
        self.platforms: list[Digest] = [entry["digest"] for entry in index["manifests"]]
        self.other = self.registry.image("other")

    def read(self, _: str, path: str) -> bytes | None:
        return self.files.get(path)

    def promote(self, asked: str, made: str = "") -> None:
        """As far as provenance goes. `made` is what pipelines attach, if helmforge.yaml says it."""
        settings = parse_settings(RULES % asked + made)
        ports: Any = {"registry": self.registry, "signer": self.signer}
        there = replace(world(self, "git"), **ports)
        environment = settings.environment("prod")
        published = PublishedVersion(artifact_of(), self.image, IMAGE)
        demand_provenance(there, settings, environment, published)

    def put(self, subject: Digest, kind: str, content: bytes) -> None:
        self.registry.attached.append(Attached(subject, kind, content))

    def say(self, subject: Digest, statement: Statement, hand: bytes = b"ours") -> None:
        self.put(subject, BUNDLE_MEDIA_TYPE, bundle_of(statement.to_json(), hand))

    def good(self, *, hand: bytes = b"ours") -> None:
        """Everything that a promotion may ask for, signed and not."""
        self.say(self.image, signature(self.image), hand)
        self.say(self.image, build(self.image), hand)
        self.put(self.image, STATEMENT_MEDIA_TYPE, build(self.image).to_json())
        for platform in self.platforms:
            self.say(platform, sbom(platform), hand)
            self.put(platform, "application/spdx+json", json.dumps(SPDX).encode())

    def without(self, kind: str) -> None:
        """Without the statements of this type."""
        self.registry.attached = [one for one in self.registry.attached if kind not in _told(one)]


def _told(one: Attached) -> str:
    if one.kind != BUNDLE_MEDIA_TYPE:
        return one.kind
    payload = json.loads(one.content)["dsseEnvelope"]["payload"]
    return str(json.loads(base64.b64decode(payload))["predicateType"])


def artifact_of(version: str = "1.0.0", commit: str = COMMIT) -> Artifact:
    return released(parse_settings(RULES % ""), service().name, Version.parse(version), commit)


def signature(digest: Digest) -> Statement:
    return Statement("", digest, SIGNATURE_TYPE, {})


def build(digest: Digest, artifact: Artifact | None = None) -> Statement:
    artifact = artifact or artifact_of()
    facts = slsa.BuildFacts(artifact, service().build, "https://r.example/shop", "refs/heads/x", "local", "1")
    return Statement("", digest, slsa.PREDICATE_TYPE, slsa.predicate(facts))


def sbom(digest: Digest, document: dict[str, Any] | None = None) -> Statement:
    return Statement("", digest, "https://spdx.dev/Document", SPDX if document is None else document)
