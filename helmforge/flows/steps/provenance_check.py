"""The step that looks, before anything is built, whether images can get what environments ask of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.provenance.attachments import demanded
from helmforge.errors import MissingToolError, StepError
from helmforge.flows.provenance import signing_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.plan import CheckProvenance
    from helmforge.domain.provenance.policy import SignerKeys, Signing
    from helmforge.domain.settings import Settings
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.steps.attestation import Attestations
    from helmforge.flows.world import World


@dataclass(frozen=True)
class ProvenanceChecks:
    """`attestations` are those of the same run."""

    world: World
    settings: Settings
    attestations: Attestations

    def check(self, step: CheckProvenance, _log: Log) -> Facts:
        self._demand_tools(step.artifact)
        trusted = self.attestations.trusted(step.artifact)
        signing = self.attestations.rules.sign
        if signing:
            signing_files(self.world, self.settings, signing)
            self._demand_accepted(signing, trusted)
        return self.attestations.ways

    def _demand_tools(self, artifact: Artifact) -> None:
        """Only releases are promoted: of a build of a commit nobody asks anything."""
        lacking = self.attestations.lacking
        for environment in self.settings.environments if artifact.is_release else ():
            for kind in lacking.keys() & demanded(environment.provenance):
                raise MissingToolError(
                    lacking[kind].partition(";")[0],
                    why=f"helmforge.yaml environments.{environment.name}.provenance asks for it: "
                    "no promotion without",
                    hint="install it, and run this again",
                )

    def _demand_accepted(self, signing: Signing, trusted: Mapping[str, SignerKeys]) -> None:
        """Of a signature without a key nobody knows beforehand whose it will be."""
        public = self.world.signer.public_key(signing) if signing.key else None
        for name, keys in trusted.items():
            if problem := _problem(public, keys):
                raise StepError(
                    f"{name} would not accept what {signing.key or 'a keyless signature'} signs: "
                    f"it wants {keys.signer.title}",
                    where=f"helmforge.yaml environments.{name}.provenance.signed",
                    why=problem,
                    hint="compare provenance.sign with the environment's provenance.signed in helmforge.yaml",
                )


def _problem(public: bytes | None, keys: SignerKeys) -> str:
    if public is None:
        return "provenance.sign has no key" if keys.public else ""
    if not keys.public:
        return "provenance.sign has a key, which stands for no identity"
    return "" if keys.include(public) else "the public key in the trunk belongs to another private key"
