"""The adapter of cosign as a job has it that holds a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.adapters.provenance.cosign import Cosign
from helmforge.domain.oci import Digest
from helmforge.domain.provenance.attachments import SIGNATURE_TYPE
from helmforge.domain.provenance.policy import SignerKeys, Signing, SigningFiles, TrustedSigner
from helmforge.domain.provenance.statement import Statement
from tests.support import cosign as real

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = Digest(f"sha256:{'1' * 64}")
SAID = Statement("r.example/shop", IMAGE, SIGNATURE_TYPE, {})
BY_VARIABLE = Signing("env://COSIGN_PRIVATE_KEY")


@dataclass(frozen=True)
class Hand:
    """Somebody with a key."""

    tool: real.Cosign
    environment: dict[str, str]

    @property
    def adapter(self) -> Cosign:
        return Cosign(Runner(self.environment), self.tool.home)

    @property
    def keys(self) -> SignerKeys:
        return SignerKeys(TrustedSigner(key="cosign.pub"), (self.tool.public_key.read_bytes(),))

    def sign(self, statement: Statement = SAID, signing: Signing = BY_VARIABLE) -> bytes:
        return self.adapter.sign(statement.to_json(), signing, SigningFiles(), lambda _: None)


def hand(folder: Path, version: str, **environment: str) -> Hand:
    tool = real.cosign(folder, version)
    links = folder / "bin"
    links.mkdir()
    (links / "cosign").symlink_to(tool.program)
    ours = {
        "PATH": str(links),
        "HOME": str(folder),
        "COSIGN_PASSWORD": real.PASSWORD,
        "COSIGN_PRIVATE_KEY": tool.private_key.read_text(encoding="utf-8"),
    }
    return Hand(tool, ours | environment)
