"""cosign as a user has it: with a home of its own, and without a network unless it is told of services."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "correct horse"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
# The newest one wherever the tests run; the one before takes as long to build.
VERSIONS = [
    pytest.param("3", marks=pytest.mark.integration, id="cosign3"),
    pytest.param("2", marks=pytest.mark.e2e, id="cosign2"),
]
_TRUSTED_ROOT = {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}
_SIGNING_CONFIG = {
    "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
    "rekorTlogConfig": {},
    "tsaConfig": {},
}


@dataclass(frozen=True)
class Cosign:
    """With a key pair, whose password is PASSWORD. With `signing_config` and `trusted_root`, neither version
    asks a service, nor for the address of one.
    """

    program: Path
    home: Path

    @property
    def private_key(self) -> Path:
        return self.home / "cosign.key"

    @property
    def public_key(self) -> Path:
        return self.home / "cosign.pub"

    @property
    def signing_config(self) -> Path:
        """Names no service."""
        return self.home / "signing-config.json"

    @property
    def trusted_root(self) -> Path:
        """Names no service."""
        return self.home / "trusted-root.json"

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {"HOME": str(self.home), "COSIGN_PASSWORD": PASSWORD}
        argv = [str(word) for word in (self.program, *arguments)]
        return subprocess.run(
            argv, cwd=self.home, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def must(self, *arguments: object) -> str:
        """What it writes to its error stream, where it says what it did."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stderr


def cosign(home: Path, version: str) -> Cosign:
    """With a new key pair in `home`."""
    program = require_tool("cosign", version=version)
    home.mkdir(parents=True, exist_ok=True)
    found = Cosign(program, home)
    found.must("generate-key-pair")
    found.signing_config.write_text(json.dumps(_SIGNING_CONFIG), encoding="utf-8")
    found.trusted_root.write_text(json.dumps(_TRUSTED_ROOT), encoding="utf-8")
    return found


def statement(file: Path) -> str:
    """Write a statement about some image to `file`. The digest of the image, without its algorithm."""
    digest = hashlib.sha256(b"an image").hexdigest()
    content = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "registry.test/shop/orders", "digest": {"sha256": digest}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"buildDefinition": {}, "runDetails": {}},
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return digest
