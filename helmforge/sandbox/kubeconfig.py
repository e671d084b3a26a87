"""Kubeconfig files of the sandbox's clusters."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.sandbox.certificates import KeyPair


def write_kubeconfig(
    path: Path, *, server: str, authority: Path, user: KeyPair, contexts: tuple[str, ...]
) -> None:
    """Write a self-contained file (mode 0600, JSON, which is YAML); the first context is the current one."""
    cluster = {"server": server, "certificate-authority-data": _encoded(authority)}
    credentials = {
        "client-certificate-data": _encoded(user.certificate),
        "client-key-data": _encoded(user.key),
    }
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "sandbox", "user": credentials}],
        "contexts": [
            {"name": name, "context": {"cluster": "sandbox", "user": "sandbox"}} for name in contexts
        ],
        "current-context": contexts[0],
    }
    draft = path.with_name(f".{path.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
