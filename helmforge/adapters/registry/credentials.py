"""Who we are at a registry: environment variables, docker's and podman's files, credential helpers."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helmforge.adapters.registry import docker_config
from helmforge.adapters.registry.secret import Secret
from helmforge.errors import HelmforgeError, MissingToolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.adapters.process import Completed, Runner
    from helmforge.domain.oci import RegistryHost

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HELPER_SECONDS = 60.0
_NOT_FOUND = "credentials not found"
_TOKEN_USER = "<token>"  # noqa: S105 - docker-credential-helpers: the secret is an identity token


@dataclass(frozen=True)
class Login:
    """User name and password, or an identity token. `source` says where it came from."""

    username: str
    password: Secret
    source: str
    identity_token: Secret | None = None


class Credentials:
    """Looks a login up when a registry asks for one, and only then.

    HELMFORGE_REGISTRY_USERNAME and _PASSWORD are for the host[:port] HELMFORGE_REGISTRY_HOST, never for
    the one in helmforge.yaml: a branch can name any host there. After them come $REGISTRY_AUTH_FILE,
    docker's config.json and podman's auth.json.
    """

    def __init__(self, environment: Mapping[str, str], runner: Runner) -> None:
        self.environment = environment
        self._runner = runner
        self._found: dict[str, Login | None] = {}
        self._lock = threading.Lock()

    def find(self, registry: RegistryHost) -> Login | None:
        """None: nobody is logged in there. UsageError when a file or a helper is broken."""
        with self._lock:
            if registry.host not in self._found:
                self._found[registry.host] = self._from_environment(registry) or self._from_files(registry)
            return self._found[registry.host]

    def _from_environment(self, registry: RegistryHost) -> Login | None:
        username = self.environment.get("HELMFORGE_REGISTRY_USERNAME", "")
        password = self.environment.get("HELMFORGE_REGISTRY_PASSWORD", "")
        meant = self.environment.get("HELMFORGE_REGISTRY_HOST", "")
        if registry.host != meant or not (username or password):
            return None
        if not (username and password):
            raise UsageError(
                f"half a login for {meant} in the environment",
                hint="set both HELMFORGE_REGISTRY_USERNAME and HELMFORGE_REGISTRY_PASSWORD, or neither",
            )
        return Login(username, Secret(password), "HELMFORGE_REGISTRY_USERNAME")

    def _from_files(self, registry: RegistryHost) -> Login | None:
        for path in self._files():
            config = docker_config.load(path)
            login = self._from_helper(path, config, registry) or self._from_entry(path, config, registry)
            if login:
                return login
        return None

    def _files(self) -> Iterator[Path]:
        home = Path(self.environment.get("HOME") or "/")
        if self.environment.get("REGISTRY_AUTH_FILE"):
            yield Path(self.environment["REGISTRY_AUTH_FILE"])
        yield Path(self.environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json"
        if self.environment.get("XDG_RUNTIME_DIR"):
            yield Path(self.environment["XDG_RUNTIME_DIR"]) / "containers" / "auth.json"
        yield Path(self.environment.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json"

    def _from_entry(self, path: Path, config: dict[str, Any], registry: RegistryHost) -> Login | None:
        entry = docker_config.entry(path, config, registry)
        if entry is None:
            return None
        return Login(
            entry.username,
            Secret(entry.password),
            str(path),
            Secret(entry.identity_token) if entry.identity_token else None,
        )

    def _from_helper(self, path: Path, config: dict[str, Any], registry: RegistryHost) -> Login | None:
        suffix, server = docker_config.helper(config, registry)
        if not suffix:
            return None
        program = f"docker-credential-{suffix}"
        if not _HELPER.fullmatch(suffix):
            raise UsageError(f"{suffix!r} is not the name of a credential helper", where=str(path))
        try:
            answer = self._runner.run([program, "get"], stdin=server.encode(), timeout=_HELPER_SECONDS)
        except MissingToolError as error:
            raise MissingToolError(
                f"the credential helper {program} is not installed",
                where=str(path),
                why=f"it keeps the login of {registry.host}",
                hint="install it, or remove it from the file and log in again",
            ) from error
        if answer.code != 0:
            if _NOT_FOUND in (answer.out + answer.err).lower():
                return None
            raise answer.error(f"the credential helper {program} failed", hint=f"it is named in {path}")
        return _parse_helper(program, path, answer)


def _parse_helper(program: str, path: Path, answer: Completed) -> Login:
    """The answer may hold a password: no error shows it."""
    try:
        found = json.loads(answer.out)
        username, secret = found["Username"], found["Secret"]
    except (ValueError, KeyError, TypeError, RecursionError):
        username, secret = "", ""
    if not (isinstance(username, str) and isinstance(secret, str) and username and secret):
        raise HelmforgeError(
            f"the credential helper {program} gave an unusable answer",
            where=str(path),
            why="expected JSON with Username and Secret",
        )
    if username == _TOKEN_USER:
        return Login("", Secret(""), program, Secret(secret))
    return Login(username, Secret(secret), program)
