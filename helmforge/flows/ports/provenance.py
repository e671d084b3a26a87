"""What looks into images for a list of their contents, and what signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from helmforge.domain.oci import Digest, ImageRef
    from helmforge.domain.provenance.policy import SbomFormat, SignerKeys, Signing, SigningFiles
    from helmforge.flows.ports.log import Log


class SbomGenerator(Protocol):
    """syft. `missing` says why nothing can be generated here, with the way to get it; "" when it can."""

    def missing(self) -> str: ...
    def generate(self, image: ImageRef, form: SbomFormat, log: Log) -> bytes:
        """The SBOM of a published image of one platform: a JSON document. Raises ToolError."""


class Signer(Protocol):
    """cosign. `missing` as in SbomGenerator."""

    def missing(self) -> str: ...
    def public_key(self, signing: Signing) -> bytes:
        """The public half (PEM) of the key that would sign. ToolError when it cannot be had or opened."""

    def sign(self, statement: bytes, signing: Signing, files: SigningFiles, log: Log) -> bytes:
        """A Sigstore bundle that holds the in-toto statement. Raises ToolError."""

    def problem(self, bundle: bytes, predicate_type: str, digest: Digest, keys: SignerKeys) -> str:
        """Why the bundle is not a statement of that type about `digest`, signed by that signer; "" when it
        is. Raises MissingToolError.
        """
