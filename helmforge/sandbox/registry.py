"""A real registry (docker-registry, CNCF distribution) on loopback."""

from __future__ import annotations

import http.client
import json
import secrets
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.errors import MissingToolError, StepError
from helmforge.sandbox.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.sandbox.launching import Launcher

PROGRAM = "docker-registry"
INSTALL = "Debian and Ubuntu: apt-get install docker-registry"
_DEADLINE_SECONDS = 20.0
_ANSWER_SECONDS = 2.0
_TRIES = 3  # another program can take the port before the registry does


def require_registry(environment: Mapping[str, str]) -> str:
    """The path of the program. Raises MissingToolError."""
    found = Runner(environment).find(PROGRAM)
    if found is None:
        raise MissingToolError(f"the sandbox needs {PROGRAM}, which is not installed", hint=INSTALL)
    return found


def start_registry(launcher: Launcher) -> str:
    """Its address, `127.0.0.1:PORT`. What is pushed is kept below the launcher's folder."""
    program = require_registry(launcher.environment)
    for _ in range(_TRIES - 1):
        try:
            return _start(launcher, program)
        except StepError as error:
            if "address already in use" not in error.why:
                raise
    return _start(launcher, program)


def _start(launcher: Launcher, program: str) -> str:
    address = f"127.0.0.1:{free_port()}"
    config = launcher.folder / "registry.json"  # JSON is YAML
    config.write_text(json.dumps(_config(address, launcher.folder / "registry"), indent=2), encoding="utf-8")
    launcher.start(
        "registry",
        [program, "serve", str(config)],
        ready=lambda: answers(address, "/v2/"),
        seconds=_DEADLINE_SECONDS,
    )
    return address


def _config(address: str, storage: Path) -> dict[str, object]:
    return {
        "version": 0.1,
        "log": {"level": "info"},
        "http": {"addr": address, "secret": secrets.token_hex(16)},
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            "delete": {"enabled": True},
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
    }


def answers(address: str, path: str) -> bool:
    """Whether a plain HTTP server at `address` (host:port) answers `path` with 200."""
    connection = http.client.HTTPConnection(address, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
