"""The step that attaches to a pushed image what is in it, how it was built, and a signature."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import helmforge
from helmforge.domain.oci import Digest
from helmforge.domain.provenance import slsa
from helmforge.domain.provenance.attachments import Kind, wanted
from helmforge.domain.provenance.statement import Statement
from helmforge.domain.source import source_url
from helmforge.errors import StepError
from helmforge.flows.image_parts import parts
from helmforge.flows.provenance import Attachments, signer_keys
from helmforge.flows.steps.attaching import Attaching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.plan import AttestImage
    from helmforge.domain.provenance.attachments import Piece
    from helmforge.domain.provenance.policy import Provenance, SignerKeys
    from helmforge.domain.settings import Settings
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.steps.image import Images
    from helmforge.flows.world import World


@dataclass
class Attestations:
    """Of one run. What a missing program would have made is left out; the step `provenance` has stopped the
    release already where some environment asks for it.
    """

    world: World
    settings: Settings
    images: Images
    _used: bool = field(default=False, init=False)
    _platforms: dict[ImageRef, tuple[Digest, ...]] = field(default_factory=dict, init=False)

    def probe(self, step: AttestImage) -> Facts | None:
        self._used = True
        image = self._image(step)
        return None if self._open(step, image) else self._facts(image)

    def act(self, step: AttestImage, log: Log) -> Facts:
        image = self._image(step)
        for reason in self.lacking.values():
            log(f"left out: {reason}")
        build, trusted = self._statement_of_build(step, image), self.trusted(step.artifact)
        attaching = Attaching(self.world, self.settings, build, trusted, log)
        for piece in self._open(step, image):
            attaching.attach(image.repository.at(piece.subject), piece)
            log(f"{piece.kind.title(signed=piece.signed)} of {piece.subject.short}: attached")
        self._demand_accepted(step, image)
        return self._facts(image)

    def notes(self) -> tuple[str, ...]:
        """What is missing, once for all images of the run. Ask when it is over."""
        return tuple(self.lacking.values()) if self._used else ()

    @cached_property
    def lacking(self) -> Mapping[Kind, str]:
        """What cannot be made here, and why."""
        rules, found = self.settings.provenance, {}
        if rules.sbom and (reason := self.world.sboms.missing()):
            found[Kind.SBOM] = f"images get no SBOM: {reason}; not wanted: `provenance: {{sbom: false}}`"
        if rules.sign and (reason := self.world.signer.missing()):
            found[Kind.SIGNATURE] = f"images are not signed: {reason}"
        return found

    @property
    def rules(self) -> Provenance:
        rules = self.settings.provenance
        return replace(
            rules,
            sbom=None if Kind.SBOM in self.lacking else rules.sbom,
            sign=None if Kind.SIGNATURE in self.lacking else rules.sign,
        )

    @property
    def ways(self) -> Facts:
        """What images get, in which way."""
        rules, lacking = self.rules, self.lacking
        return {
            "sbom": rules.sbom.value if rules.sbom else "none",
            "provenance": slsa.PREDICATE_TYPE if rules.slsa else "none",
            "signature": (rules.sign.key or "keyless") if rules.sign else "none",
            **({"missing": "; ".join(lacking.values())} if lacking else {}),
        }

    def _image(self, step: AttestImage) -> ImageRef:
        published = self.images.published(step.artifact)
        if published is None:
            raise StepError(
                f"{step.artifact.image} is not in the registry", hint="run the same command again"
            )
        return step.artifact.images.at(Digest.parse(published["digest"]))

    def _open(self, step: AttestImage, image: ImageRef) -> list[Piece]:
        """What is not there yet, or not as the environments want it."""
        digest = Digest.parse(str(image.digest))
        if image not in self._platforms:  # by digest: they never change
            found = parts(self.world, image)
            self._platforms[image] = tuple(Digest.parse(str(part.digest)) for part in found)
        trusted = self.trusted(step.artifact)
        pieces = wanted(self.rules, digest, self._platforms[image])
        return [piece for piece in pieces if self._problem(step.artifact, image, piece, trusted)]

    def trusted(self, artifact: Artifact) -> Mapping[str, SignerKeys]:
        """By environment. Builds of commits go where nobody asks."""
        environments = self.settings.environments if artifact.is_release else ()
        found = {one.name: signer_keys(self.world, self.settings, one, artifact) for one in environments}
        return {name: keys for name, keys in found.items() if keys}

    def _problem(
        self, artifact: Artifact, image: ImageRef, piece: Piece, trusted: Mapping[str, SignerKeys]
    ) -> str:
        subject = image.repository.at(piece.subject)
        if not piece.signed or not trusted:
            return Attachments(self.world, subject, piece.signed).problem(piece.kind, artifact)
        for name, keys in trusted.items():
            attachments = Attachments(self.world, subject, signed=True, keys=keys)
            if problem := attachments.problem(piece.kind, artifact):
                return f"{name} would not accept it: {problem}"
        return ""

    def _demand_accepted(self, step: AttestImage, image: ImageRef) -> None:
        for piece in self._open(step, image):
            raise StepError(
                f"the {piece.kind.title(signed=piece.signed)} of {image} was attached, and does not count",
                why=self._problem(step.artifact, image, piece, self.trusted(step.artifact)),
                hint="run the same command again; what others have attached may be in the way",
            )

    def _statement_of_build(self, step: AttestImage, image: ImageRef) -> Statement:
        times, system = self.images.times.get(step.artifact), self.world.ci.system
        facts = slsa.BuildFacts(
            step.artifact,
            step.service.build,
            source_url(self.world.git.remote_url()),
            step.ref,
            system.value if system else "local",
            helmforge.__version__,
            self.world.ci.run_url if times else "",
            times,
        )
        name, digest = str(image.repository), Digest.parse(str(image.digest))
        return Statement(name, digest, slsa.PREDICATE_TYPE, slsa.predicate(facts))

    def _facts(self, image: ImageRef) -> Facts:
        return {"image": str(image), **self.ways}
