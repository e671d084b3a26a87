"""A real registry (docker-registry, distribution 2.8) on loopback for one test or one session."""

from __future__ import annotations

import http.client
import json
import os
import time
from typing import TYPE_CHECKING, Self

from helmforge.sandbox.children import start_child
from helmforge.sandbox.ports import free_port
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from helmforge.sandbox.children import Child

USER, PASSWORD = "robot", "open-sesame"
# The only format that it reads is bcrypt, for which Python has nothing; this one has cost 4.
_HTPASSWD = f"{USER}:$2b$04$ILU7E9WXp/6CXo2j9qBQg.oaFH34fhQD6Me6X/cA51Nb8VIAKeic.\n"
_DEADLINE_SECONDS = 30.0


class RegistryServer:
    """Serves between `with` and its end, keeping everything below `folder`.

    `address` is `127.0.0.1:PORT`. With `auth`, only USER with PASSWORD gets in (basic auth).
    `log` has one line for each request.
    """

    def __init__(self, folder: Path, *, auth: bool = False) -> None:
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"
        self.log = folder / "registry.log"
        self._auth = auth
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once it answers. May be called again after stop: the data is kept."""
        program = require_tool("docker-registry")
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "config.yml"
        config.write_text(json.dumps(self._config()), encoding="utf-8")
        argv = [str(program), "serve", str(config)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "OTEL_TRACES_EXPORTER": "none"}
        environment["GOGC"] = "400"  # its heap is so small that it would be collected all the time
        self._child = start_child("docker-registry", argv, log=self.log, env=environment)
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not self._answers():
            self._child.require_alive()
            assert time.monotonic() < deadline, f"no answer from docker-registry: {self._child.log_tail()}"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(grace_seconds=2.0)
            self._child = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status in {http.HTTPStatus.OK, http.HTTPStatus.UNAUTHORIZED}
        except OSError:
            return False
        finally:
            connection.close()

    def _config(self) -> dict[str, object]:
        config: dict[str, object] = {
            "version": 0.1,
            "log": {"level": "warn"},
            "http": {"addr": self.address},
            "storage": {
                "filesystem": {"rootdirectory": str(self.folder / "storage")},
                "delete": {"enabled": True},
                "maintenance": {"uploadpurging": {"enabled": False}},
            },
        }
        if self._auth:
            users = self.folder / "htpasswd"
            users.write_text(_HTPASSWD, encoding="utf-8")
            config["auth"] = {"htpasswd": {"realm": "helmforge tests", "path": str(users)}}
        return config
