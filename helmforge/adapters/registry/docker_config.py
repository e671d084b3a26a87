"""docker's config.json and podman's auth.json: the same format, see `man containers-auth.json`."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helmforge.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.oci import RegistryHost

_HUB = "docker.io"
_HUB_NAMES = frozenset({_HUB, "index.docker.io", "registry-1.docker.io"})
_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class Entry:
    """One login of a file. The secrets are kept out of its repr."""

    username: str
    password: str = field(repr=False)
    identity_token: str = field(repr=False)


def load(path: Path) -> dict[str, Any]:
    """Empty when the file does not exist or is empty."""
    try:
        text = path.read_text(encoding="utf-8")
        config = json.loads(text) if text.strip() else {}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(
            "cannot read the registry logins", where=str(path), why=str(error.strerror)
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "the file of registry logins is not JSON", where=str(path), hint="mend it, or log in again"
        ) from error
    if not isinstance(config, dict):
        raise UsageError("the file of registry logins is not a JSON object", where=str(path))
    return config


def helper(config: dict[str, Any], registry: RegistryHost) -> tuple[str, str]:
    """The suffix of the responsible credential helper, "" when there is none, and the name to ask it for."""
    for name in _names(registry):
        special = _section(config, "credHelpers").get(name)
        if isinstance(special, str) and special:
            return special, name
    general = config.get("credsStore")
    server = _HUB_KEY if registry.host in _HUB_NAMES else registry.host
    return (general if isinstance(general, str) else ""), server


def entry(path: Path, config: dict[str, Any], registry: RegistryHost) -> Entry | None:
    """The login in `auths`; None when there is no entry or an empty one (`{}`: kept by a helper)."""
    names = _names(registry)
    for key, value in _section(config, "auths").items():
        if _host(key) not in names or not isinstance(value, dict) or not any(value.values()):
            continue
        where = f"{path} auths.{key}"
        token = value.get("identitytoken")
        username, password = value.get("username"), value.get("password")
        if value.get("auth"):
            username, password = _decode(where, value["auth"])
        if not isinstance(token, str):
            token = ""
        if not token and not (
            isinstance(username, str) and username and isinstance(password, str) and password
        ):
            raise UsageError(
                f"the login of {registry.host} is incomplete",
                where=where,
                hint=f"docker login {registry.host}",
            )
        return Entry(username or "", password or "", token)
    return None


def _decode(where: str, auth: object) -> tuple[str, str]:
    try:
        text = base64.b64decode(str(auth), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    username, colon, password = text.partition(":")
    if not colon:
        raise UsageError(
            "a registry login cannot be read", where=where, why="`auth` is not base64 of user:password"
        )
    return username, password.strip("\0")  # old docker versions padded it


def _section(config: dict[str, Any], name: str) -> dict[str, Any]:
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def _names(registry: RegistryHost) -> tuple[str, ...]:
    return (
        (registry.host, *sorted(_HUB_NAMES, reverse=True))
        if registry.host in _HUB_NAMES
        else (registry.host,)
    )


def _host(key: str) -> str:
    """Keys are hosts, or URLs such as `https://index.docker.io/v1/`."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.rstrip("/")
