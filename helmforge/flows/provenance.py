"""Whether an image carries what is asked for: SBOM, provenance of the build, signature."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.attachments import (
    BUNDLE_MEDIA_TYPE,
    STATEMENT_MEDIA_TYPE,
    Kind,
    is_sbom,
    predicate_types,
    sbom_media_types,
)
from helmforge.domain.provenance.policy import SignerKeys, SigningFiles, public_key_problem, public_keys
from helmforge.domain.provenance.statement import InvalidStatementError, Statement, signed_statement
from helmforge.errors import UsageError
from helmforge.flows.attached import attached
from helmforge.flows.image_parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.oci import Descriptor, ImageRef
    from helmforge.domain.provenance.policy import Signing
    from helmforge.domain.settings import Environment, Settings
    from helmforge.flows.world import World

_LONGEST = 64 << 20  # bytes, as much as the registry's adapter keeps in memory
_MOST = 50  # whoever may push can attach more than anybody can check,
_MOST_READ = 500  # and what is of no kind that is asked for
_MOST_BYTES = 512 << 20
_SHOWN = 3


@dataclass(frozen=True)
class Attachments:
    """What is attached to `image`, which is pinned by digest. Only what is `signed` counts, or only what is
    not; with `keys` only what these have signed.
    """

    world: World
    image: ImageRef
    signed: bool
    keys: SignerKeys | None = None

    def problem(self, kind: Kind, artifact: Artifact) -> str:
        """Why nothing of this kind counts for the artifact; "" when something does."""
        wrong = []
        for name, problem in islice(self._judged(kind, artifact), _MOST):
            if not problem:
                return ""
            wrong.append(f"{name}: {problem}")
        what = f"no {kind.title(signed=self.signed)}"
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        whose = f" by {self.keys.signer.title}" if self.keys else ""
        return f"{what} of {self._title}{whose}" + (f" ({'; '.join(wrong[:_SHOWN])}{more})" if wrong else "")

    @property
    def _title(self) -> str:
        return f"{self.image.repository}@{self.image.digest.short}" if self.image.digest else str(self.image)

    def _judged(self, kind: Kind, artifact: Artifact) -> Iterator[tuple[str, str]]:
        if kind is Kind.SBOM and not self.signed:
            yield from self._plain_sboms()
            return
        artifact_type = BUNDLE_MEDIA_TYPE if self.signed else STATEMENT_MEDIA_TYPE
        for referrer, content in self._contents(artifact_type):
            if isinstance(content, str):
                yield referrer.digest.short, content
                continue
            try:
                statement = signed_statement(content) if self.signed else Statement.parse(content)
            except InvalidStatementError as error:
                yield referrer.digest.short, str(error)
                continue
            if statement.predicate_type in predicate_types(kind):
                yield referrer.digest.short, self._wrong(kind, artifact, statement, content)

    def _contents(self, artifact_type: str) -> Iterator[tuple[Descriptor, bytes | str]]:
        size = 0
        for number, (referrer, content) in enumerate(
            attached(self.world, self.image, artifact_type, _LONGEST)
        ):
            yield referrer, content
            size += len(content)
            if number + 1 >= _MOST_READ or size >= _MOST_BYTES:
                yield referrer, "what comes after it was not looked at: it is too much"
                return

    def _plain_sboms(self) -> Iterator[tuple[str, str]]:
        for artifact_type in sbom_media_types():
            for referrer, content in self._contents(artifact_type):
                problem = content if isinstance(content, str) else _not_an_sbom(content)
                yield referrer.digest.short, problem

    def _wrong(self, kind: Kind, artifact: Artifact, statement: Statement, content: bytes) -> str:
        """What was said first: a program is asked only about what would count."""
        if statement.digest != self.image.digest:
            return f"it is about {statement.digest}"
        if kind is Kind.PROVENANCE and (problem := slsa.problem(statement.predicate, artifact)):
            return problem
        if kind is Kind.SBOM and not is_sbom(statement.predicate):
            return "it holds no SBOM"
        if self.keys is None:
            return ""
        return self.world.signer.problem(content, statement.predicate_type, statement.digest, self.keys)


def shortfalls(
    world: World, settings: Settings, environment: Environment, artifact: Artifact, image: ImageRef
) -> tuple[str, ...]:
    """What the environment asks for and `image`, pinned by digest, does not carry."""
    policy = environment.provenance
    keys = signer_keys(world, settings, environment, artifact) if policy.signed else None
    asked = [(Kind.SIGNATURE, image)] if keys else []
    asked += [(Kind.PROVENANCE, image)] if policy.slsa else []
    if policy.sbom:
        asked += [(Kind.SBOM, part) for part in parts(world, image)]
    found = (Attachments(world, part, keys is not None, keys).problem(kind, artifact) for kind, part in asked)
    return tuple(problem for problem in found if problem)


def signer_keys(
    world: World, settings: Settings, environment: Environment, artifact: Artifact
) -> SignerKeys | None:
    """Whose signatures count in `environment`. UsageError when the trunk lacks a file that it names."""
    signer = environment.provenance.signed
    if signer is None:
        return None
    where = f"helmforge.yaml environments.{environment.name}.provenance.signed"
    return SignerKeys(
        signer,
        public=_public_keys(world, settings, signer.key, f"{where}.key") if signer.key else (),
        identity=signer.identity_of(artifact.service, artifact.version),
        root=(
            read_file(world, settings, signer.trusted_root, f"{where}.trustedRoot")
            if signer.trusted_root
            else None
        ),
    )


def signing_files(world: World, settings: Settings, signing: Signing) -> SigningFiles:
    """UsageError when the trunk lacks a file that it names."""
    where = "helmforge.yaml provenance.sign"
    config, root = signing.signing_config, signing.trusted_root
    return SigningFiles(
        read_file(world, settings, config, f"{where}.signingConfig") if config else None,
        read_file(world, settings, root, f"{where}.trustedRoot") if root else None,
    )


def _public_keys(world: World, settings: Settings, path: str, where: str) -> tuple[bytes, ...]:
    content = read_file(world, settings, path, where)
    if problem := public_key_problem(content):
        raise UsageError(
            f"{path} on {settings.trunk} does not hold the public key of a signer",
            where=where,
            why=problem,
            hint="commit the file cosign.pub of `cosign generate-key-pair`; a private key that was committed "
            "must be replaced by a new pair",
        )
    return public_keys(content)


def read_file(world: World, settings: Settings, path: str, where: str) -> bytes:
    """Of the commit that the settings are from, which is the trunk's wherever something is published."""
    content = world.git.read(settings.revision or "HEAD", path)
    if content is None:
        raise UsageError(
            f"there is no file {path} on {settings.trunk}",
            where=where,
            hint=f"commit it, and merge it into {settings.trunk}",
        )
    return content


def _not_an_sbom(content: bytes) -> str:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return "it is not a JSON document"
    return "" if isinstance(document, dict) and is_sbom(document) else "it is neither SPDX nor CycloneDX"
