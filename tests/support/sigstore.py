"""Keyless signatures for real, without the internet: an issuer of identities, Fulcio, timestamps and Rekor.

`make sigstore` builds Fulcio, the timestamp authority and Rekor. Identities come from OidcIssuer, the
promises to log certificates from CertificateLog. Everything is on loopback; the keys are gone at the end.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from helmforge.sandbox.children import start_child
from helmforge.sandbox.ports import free_ports
from tests.support.certificate_log import CertificateLog
from tests.support.oidc_issuer import AUDIENCE, OidcIssuer
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from helmforge.sandbox.children import Child

_DEADLINE_SECONDS = 60.0
_SINCE = "2020-01-01T00:00:00Z"
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Sigstore:
    """`signing_config` and `trusted_root` are files, for the options of cosign of these names."""

    issuer: OidcIssuer
    signing_config: Path
    trusted_root: Path


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Sigstore]:
    """All services, until the end of `with`. What they write goes to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with OidcIssuer() as issuer, CertificateLog() as log, contextlib.ExitStack() as children:
        fulcio = _fulcio(children, folder, issuer, log)
        stamps = _timestamps(children, folder)
        rekor = _rekor(children, folder)
        (folder / "ctfe.pub").write_bytes(log.public_key)
        _download(f"{stamps}/certchain", folder / "tsa.pem")
        bundle = json.loads(_read(f"{fulcio}/api/v2/trustBundle"))
        (folder / "fulcio.pem").write_text("".join(bundle["chains"][0]["certificates"]), encoding="utf-8")
        yield Sigstore(
            issuer,
            _signing_config(folder, fulcio, stamps, rekor, issuer.url),
            _trusted_root(folder, fulcio, stamps, rekor, log.url),
        )


def _fulcio(children: contextlib.ExitStack, folder: Path, issuer: OidcIssuer, log: CertificateLog) -> str:
    http, grpc, metrics = map(str, free_ports(3))
    config = folder / "fulcio.json"
    known = {issuer.url: {"IssuerURL": issuer.url, "ClientID": AUDIENCE, "Type": "email"}}
    config.write_text(json.dumps({"OIDCIssuers": known}), encoding="utf-8")
    argv = [str(require_tool("fulcio")), "serve", "--ca=ephemeralca", f"--ct-log-url={log.url}"]
    argv += [f"--host={_HOST}", f"--grpc-host={_HOST}", f"--port={http}", f"--grpc-port={grpc}"]
    # A path below `folder`, where it starts: that of a socket must be short
    argv += ["--legacy-unix-domain-socket=fulcio.socket"]
    argv += [f"--metrics-port={metrics}", f"--config-path={config}"]
    return _started(children, folder, "fulcio", argv, f"http://{_HOST}:{http}", "/healthz")


def _timestamps(children: contextlib.ExitStack, folder: Path) -> str:
    (port,) = free_ports(1)
    argv = [str(require_tool("timestamp-server")), f"{_HOST}:{port}"]
    base = _started(children, folder, "timestamp-server", argv, f"http://{_HOST}:{port}", "/ping")
    return f"{base}/api/v1/timestamp"


def _rekor(children: contextlib.ExitStack, folder: Path) -> str:
    http, grpc, metrics = map(str, free_ports(3))
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "rekor.key").write_bytes(private)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "rekor.pub").write_bytes(public)
    argv = [str(require_tool("rekor-server")), "serve", f"--hostname={_HOST}"]
    argv += [f"--http-port={http}", f"--grpc-port={grpc}", f"--http-metrics-port={metrics}"]
    argv += [f"--storage-dir={folder / 'rekor'}", f"--signer-filepath={folder / 'rekor.key'}"]
    argv += ["--batch-max-age=20ms", "--checkpoint-interval=200ms"]
    return _started(children, folder, "rekor-server", argv, f"http://{_HOST}:{http}", "/healthz")


def _started(
    children: contextlib.ExitStack, folder: Path, name: str, argv: Sequence[str], base: str, path: str
) -> str:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)}
    child = start_child(name, argv, log=folder / f"{name}.log", env=environment, cwd=folder)
    children.callback(child.stop, grace_seconds=2.0)
    _wait(child, base + path)
    return base


def _wait(child: Child, url: str) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            _read(url)
            return
        child.require_alive()
        assert time.monotonic() < deadline, f"no answer from {child.name}: {child.log_tail()}"
        time.sleep(0.02)


def _signing_config(folder: Path, fulcio: str, stamps: str, rekor: str, issuer: str) -> Path:
    file = folder / "signing-config.json"
    facts = f"start-time={_SINCE},operator=tests"
    argv = ["signing-config", "create", f"--out={file}", f"--fulcio=url={fulcio},api-version=1,{facts}"]
    argv += [f"--oidc-provider=url={issuer},api-version=1,{facts}"]
    argv += [f"--rekor=url={rekor},api-version=2,{facts}", "--rekor-config=ANY"]
    argv += [f"--tsa=url={stamps},api-version=1,{facts}", "--tsa-config=ANY"]
    _cosign(folder, argv)
    return file


def _trusted_root(folder: Path, fulcio: str, stamps: str, rekor: str, log: str) -> Path:
    file = folder / "trusted-root.json"
    argv = ["trusted-root", "create", f"--out={file}"]
    argv += [f"--fulcio=url={fulcio},certificate-chain={folder / 'fulcio.pem'}"]
    argv += [f"--tsa=url={stamps},certificate-chain={folder / 'tsa.pem'}"]
    argv += [f"--ctfe=url={log},public-key={folder / 'ctfe.pub'},start-time={_SINCE}"]
    argv += [f"--rekor=url={rekor},public-key={folder / 'rekor.pub'},start-time={_SINCE},origin={_HOST}"]
    _cosign(folder, argv)
    return file


def _cosign(folder: Path, arguments: list[str]) -> None:
    environment = {"HOME": str(folder)}
    argv = [str(require_tool("cosign3")), *arguments]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _download(url: str, file: Path) -> None:
    file.write_bytes(_read(url))


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as response:
        content = response.read()
    assert isinstance(content, bytes)
    return content
