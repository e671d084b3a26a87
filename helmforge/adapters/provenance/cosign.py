"""cosign: `cosign attest-blob` and `cosign verify-blob-attestation`, on files.

cosign never speaks to the registry: helmforge stores and finds the bundles itself, with the logins and the
retries that everything else has. Both cosign 2.6 and 3 know these options.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.provenance.trust import NO_AUTHORITIES, who, witnesses, written
from helmforge.errors import MissingToolError, ToolError, UnreachableError

if TYPE_CHECKING:
    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.oci import Digest
    from helmforge.domain.provenance.policy import SignerKeys, Signing, SigningFiles
    from helmforge.flows.ports import Log

_SECONDS = 240.0
_NO_SERVICES = b'{"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json"}'
_GET = "https://docs.sigstore.dev/cosign/system_config/installation"
_NO_ROOT = "WARNING: Could not fetch trusted_root.json from the TUF repository"
_UNREACHABLE = ("TUF", "dial tcp", "i/o timeout")
_VERDICT = "failed to verify"  # what follows quotes the signer
_TOO_OLD = ("unknown flag", "unknown command")
_HINT = (
    "check the key, and COSIGN_PASSWORD for an encrypted one; keyless signing needs the CI's identity token"
)
_HINTS = {
    "env var": "give this job the private key in that variable, and its password as COSIGN_PASSWORD",
    "decrypt": "give this job the password of the key as COSIGN_PASSWORD",
    "pem block": "the key must be as in cosign.key: with its line breaks, and not those of Windows",
}
_NOISE = (
    "{",  # what was signed, which version 2 prints: it may be an SBOM
    "Flag --new-bundle-format",
    "Using statement from",
    "Signing artifact",
    "Wrote bundle to",
    "error during command execution",  # again
)


class Cosign:
    """Paths of keys are relative to `root`, that of the repository."""

    def __init__(self, runner: Runner, root: Path) -> None:
        self._runner = runner
        self._root = root

    def missing(self) -> str:
        return "" if self._runner.find("cosign") else f"cosign is not installed ({_GET})"

    def public_key(self, signing: Signing) -> bytes:
        argv = ["cosign", "public-key", f"--key={signing.key}"]
        done = self._runner.run(argv, cwd=self._root, timeout=_SECONDS)
        if done.code != 0:
            why = _reason(done)
            raise ToolError(
                "cosign cannot use the key of provenance.sign", where=signing.key, why=why, hint=_hint(why)
            )
        return done.raw

    def sign(self, statement: bytes, signing: Signing, files: SigningFiles, log: Log) -> bytes:
        with tempfile.TemporaryDirectory(prefix="helmforge-") as folder:
            said, bundle = written(folder, "statement", statement), Path(folder) / "bundle"
            argv = [
                *("cosign", "attest-blob", "--new-bundle-format", "--yes"),
                *([f"--key={signing.key}"] if signing.key else []),
                *(f"--statement={said}", f"--bundle={bundle}"),
                *_services(folder, signing, files),
            ]
            done = self._runner.run(
                argv, cwd=self._root, timeout=_SECONDS, on_line=lambda line: _tell(line, log)
            )
            if done.code != 0:
                _demand_new_enough(done)
                why = _reason(done)
                raise ToolError("cosign could not sign", why=why, hint=_hint(why))
            return _read(bundle)

    def problem(self, bundle: bytes, predicate_type: str, digest: Digest, keys: SignerKeys) -> str:
        if missing := self.missing():
            raise MissingToolError(
                "a signature cannot be checked", why=missing, hint="install cosign 2.6 or newer"
            )
        algorithm, _, encoded = digest.partition(":")
        what = (f"--type={predicate_type}", f"--digestAlg={algorithm}", f"--digest={encoded}")
        said = ""
        for public in keys.public or (None,):
            if not (said := self._checked(bundle, what, keys, public)):
                return ""
        return said

    def _checked(self, bundle: bytes, what: tuple[str, ...], keys: SignerKeys, public: bytes | None) -> str:
        with tempfile.TemporaryDirectory(prefix="helmforge-") as folder:
            file = written(folder, "bundle", bundle)
            argv = ["cosign", "verify-blob-attestation", "--new-bundle-format", f"--bundle={file}", *what]
            done = self._runner.run(
                [*argv, *who(folder, keys, public), *witnesses(folder, keys, bundle)], timeout=_SECONDS
            )
        if done.code == 0:
            return ""
        _demand_new_enough(done)
        reason = _reason(done)
        if _knows_nobody(done, reason):
            hint = "try again, or name a trusted root in the repository: docs/provenance.md"
            raise UnreachableError("the public Sigstore did not tell whom to trust", why=reason, hint=hint)
        return reason


def _services(folder: str, signing: Signing, files: SigningFiles) -> list[str]:
    """Who is told of the signature. Without a root of its own cosign asks the public Sigstore for one."""
    config, root = files.config, files.root
    if config is None and signing.key and not signing.transparency_log:
        config, root = _NO_SERVICES, root or NO_AUTHORITIES
    public = "--use-signing-config=true"
    services = public if config is None else f"--signing-config={written(folder, 'signing-config', config)}"
    return [services] if root is None else [services, f"--trusted-root={written(folder, 'root', root)}"]


def _tell(line: str, log: Log) -> None:
    if not line.startswith(_NOISE):
        log(line)


def _hint(why: str) -> str:
    return next((hint for mark, hint in _HINTS.items() if mark in why), _HINT)


def _read(bundle: Path) -> bytes:
    try:
        return bundle.read_bytes()
    except OSError as error:
        raise ToolError("cosign wrote no bundle", why=str(error.strerror)) from error


def _demand_new_enough(done: Completed) -> None:
    if any(mark in done.err for mark in _TOO_OLD):
        why = _reason(done)
        raise MissingToolError("this cosign is too old", why=why, hint="install cosign 2.6 or newer")


def _knows_nobody(done: Completed, reason: str) -> bool:
    """Whether it could not be asked whom to trust."""
    if any(line.startswith(_NO_ROOT) for line in done.err.splitlines()):
        return True
    return not reason.startswith(_VERDICT) and any(mark in reason for mark in _UNREACHABLE)


def _reason(done: Completed) -> str:
    lines = [line.removeprefix("Error: ") for line in done.err.splitlines() if line.startswith("Error: ")]
    return lines[-1] if lines else " ".join(done.err.split())[-200:] or f"exit code {done.code}"
