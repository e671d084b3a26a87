"""What is attached to published images, and what an environment wants to find there. Read from the trunk."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from enum import Enum

IN_A_VARIABLE = "env://"
_PEM = re.compile(rb"^-----BEGIN ([A-Z0-9 ]{1,60})-----", re.MULTILINE)
_PUBLIC_PEM = re.compile(rb"^-----BEGIN ((?:RSA )?PUBLIC KEY)-----[^-]*-----END \1-----", re.MULTILINE)
_PUBLIC = (b"PUBLIC KEY", b"RSA PUBLIC KEY")


class SbomFormat(Enum):
    """The values are syft's names."""

    SPDX = "spdx-json"
    CYCLONEDX = "cyclonedx-json"


@dataclass(frozen=True)
class Signing:
    """How statements are signed. `key` is as cosign names one: a file, `env://NAME`, or one in a key service;
    "" signs keyless, with the identity of the CI job. The public `transparency_log` shows names of images to
    everybody. `signing_config` and `trusted_root` are files, for a Sigstore of one's own.
    """

    key: str = ""
    transparency_log: bool = False
    signing_config: str = ""
    trusted_root: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that holds the key, or empty."""
        return self.key.removeprefix(IN_A_VARIABLE) if self.key.startswith(IN_A_VARIABLE) else ""

    @property
    def keyless(self) -> bool:
        return not self.key


@dataclass(frozen=True)
class SigningFiles:
    """What the files of Signing hold; None where there is none."""

    config: bytes | None = None
    root: bytes | None = None


@dataclass(frozen=True)
class Provenance:
    """Of the repository. None: no SBOM, no signature."""

    sbom: SbomFormat | None = SbomFormat.SPDX
    slsa: bool = True
    sign: Signing | None = None


@dataclass(frozen=True)
class TrustedSigner:
    """Whose signature counts: of who has the key that belongs to the public one in the trunk's file `key`, or
    of who was `identity` (with `{service}` and `{version}`) for `issuer`. `trusted_root` is another file of
    the trunk, for a Sigstore of one's own.
    """

    key: str = ""
    identity: str = ""
    issuer: str = ""
    transparency_log: bool = False
    trusted_root: str = ""

    def identity_of(self, service: str, version: str) -> str:
        return self.identity.replace("{service}", service).replace("{version}", version)

    @property
    def title(self) -> str:
        return f"the key {self.key}" if self.key else f"{self.identity} ({self.issuer})"


@dataclass(frozen=True)
class SignerKeys:
    """A trusted signer with what the files of the trunk hold, and the identity for one release. A signature
    by any of `public` counts; it is empty for an identity. `root` is None for the public Sigstore.
    """

    signer: TrustedSigner
    public: tuple[bytes, ...] = ()
    identity: str = ""
    root: bytes | None = None

    def include(self, public: bytes) -> bool:
        """Whether this public key (PEM) is one of `public`. Both forms of an RSA key end alike."""
        return any(_encoded(public).endswith(_encoded(one)) for one in self.public)


@dataclass(frozen=True)
class ProvenancePolicy:
    """Of an environment. With `signed`, what `sbom` and `slsa` ask for must be signed as well."""

    signed: TrustedSigner | None = None
    sbom: bool = False
    slsa: bool = False

    @property
    def demanding(self) -> bool:
        return bool(self.signed or self.sbom or self.slsa)

    @property
    def title(self) -> str:
        asked = [*(["SBOM"] if self.sbom else []), *(["provenance of the build"] if self.slsa else [])]
        return ", ".join([*asked, f"signed by {self.signed.title}"] if self.signed else asked)


def _encoded(pem: bytes) -> bytes:
    """What is inside; the whole where that cannot be read."""
    try:
        return b64decode(b"".join(pem.split(b"-----")[2].split())) or pem
    except (IndexError, ValueError):
        return pem


def public_keys(content: bytes) -> tuple[bytes, ...]:
    """Each in its PEM. cosign reads the first one of a file only."""
    return tuple(found.group() + b"\n" for found in _PUBLIC_PEM.finditer(content))


def public_key_problem(content: bytes) -> str:
    """Why the file is not one of public keys; "" when it is."""
    kinds = [found.group(1) for found in _PEM.finditer(content)]
    if any(kind.endswith(b"PRIVATE KEY") for kind in kinds):
        return "it holds a private key, which everybody has now who can read the repository"
    if other := [kind for kind in kinds if kind not in _PUBLIC]:
        return f"it holds something else than a public key: {other[0].decode()}"
    if not kinds:
        return "it holds no public key: a line `-----BEGIN PUBLIC KEY-----` and what follows"
    return "" if len(public_keys(content)) == len(kinds) else "a public key in it has no end"
