"""Makes what is attached to an image, and stores it in the registry."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helmforge.domain.provenance.attachments import (
    BUNDLE_MEDIA_TYPE,
    SIGNATURE_TYPE,
    STATEMENT_MEDIA_TYPE,
    Kind,
    sbom_media_type,
    sbom_predicate_type,
)
from helmforge.domain.provenance.statement import Statement
from helmforge.errors import StepError, ToolError
from helmforge.flows.provenance import signing_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from helmforge.domain.oci import ImageRef
    from helmforge.domain.provenance.attachments import Piece
    from helmforge.domain.provenance.policy import SbomFormat, SignerKeys, Signing
    from helmforge.domain.settings import Settings
    from helmforge.flows.ports import Log
    from helmforge.flows.world import World

_BUNDLE_CONTENT = {"dev.sigstore.bundle.content": "dsse-envelope"}
_BUNDLE_TYPE = "dev.sigstore.bundle.predicateType"


@dataclass(frozen=True)
class Attaching:
    """For one image; `build` is how it was built. `trusted` says, by environment, whose signatures count."""

    world: World
    settings: Settings
    build: Statement
    trusted: Mapping[str, SignerKeys]
    log: Log
    _sboms: dict[ImageRef, bytes] = field(default_factory=dict)

    def attach(self, subject: ImageRef, piece: Piece) -> None:
        if piece.signing:
            self._sign(subject, piece, piece.signing)
        elif piece.kind is Kind.SBOM:
            self._put(subject, sbom_media_type(piece.form), self._sbom(subject, piece.form), {})
        else:
            self._put(subject, STATEMENT_MEDIA_TYPE, self.build.to_json(), {})

    def _statement(self, subject: ImageRef, piece: Piece) -> Statement:
        if piece.kind is Kind.PROVENANCE:
            return self.build
        name = str(subject.repository)
        if piece.kind is Kind.SIGNATURE:
            return Statement(name, piece.subject, SIGNATURE_TYPE, {})
        document: dict[str, Any] = json.loads(self._sbom(subject, piece.form))
        return Statement(name, piece.subject, sbom_predicate_type(piece.form), document)

    def _sign(self, subject: ImageRef, piece: Piece, signing: Signing) -> None:
        statement = self._statement(subject, piece)
        files = signing_files(self.world, self.settings, signing)
        where = f"the {piece.kind.title(signed=True)} of {subject}"
        try:
            bundle = self.world.signer.sign(statement.to_json(), signing, files, self.log)
        except ToolError as error:
            raise ToolError(error.what, where=where, why=error.why, hint=error.hint) from error
        self._demand_trusted(bundle, statement, where)
        annotations = {**_BUNDLE_CONTENT, _BUNDLE_TYPE: statement.predicate_type}
        self._put(subject, BUNDLE_MEDIA_TYPE, bundle, annotations)

    def _demand_trusted(self, bundle: bytes, statement: Statement, where: str) -> None:
        """Before it is attached, where it would stay."""
        for name, keys in self.trusted.items():
            kind, digest = statement.predicate_type, statement.digest
            if problem := self.world.signer.problem(bundle, kind, digest, keys):
                raise StepError(
                    f"{name} would not accept what was signed: it is not by {keys.signer.title}",
                    where=where,
                    why=problem,
                    hint="compare provenance.sign with the environment's provenance.signed in helmforge.yaml",
                )

    def _sbom(self, subject: ImageRef, form: SbomFormat) -> bytes:
        """Made here even where the registry has one: what is signed must not be somebody else's."""
        if subject not in self._sboms:
            self._sboms[subject] = self.world.sboms.generate(subject, form, self.log)
        return self._sboms[subject]

    def _put(self, subject: ImageRef, kind: str, content: bytes, annotations: Mapping[str, str]) -> None:
        self.world.registry.put_referrer(subject, kind, content, annotations)
