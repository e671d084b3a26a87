"""The emulated Kubernetes API as a process of its own, and a bare HTTP client for it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helmforge.sandbox.children import start_child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DEADLINE_SECONDS = 30.0


@contextlib.contextmanager
def emulated_api(folder: Path) -> Iterator[str]:
    """Its address (`http://127.0.0.1:PORT`). Anything that it wrote to its log is a failure."""
    ready, log = folder / "address", folder / "emulator.log"
    argv = [sys.executable, "-m", "helmforge.sandbox.emulator", f"--ready-file={ready}"]
    child = start_child("emulated API", argv, log=log, env=os.environ)
    try:
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not ready.exists():
            child.require_alive()
            assert time.monotonic() < deadline, "the emulated API does not start"
            time.sleep(0.02)
        yield ready.read_text(encoding="utf-8").strip()
    finally:
        child.stop()
    assert log.read_text(encoding="utf-8") == "", log


class Api:
    """One request after the other; answers are (status, decoded JSON)."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._address = urlsplit(server).netloc

    def ask(
        self, method: str, path: str, body: Any = None, *, media: str = "application/json", **headers: str
    ) -> tuple[int, Any]:
        status, text = self.text(method, path, body, media=media, **headers)
        return status, json.loads(text)

    def text(
        self, method: str, path: str, body: Any = None, *, media: str = "application/json", **headers: str
    ) -> tuple[int, str]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self._address, timeout=_DEADLINE_SECONDS)
        try:
            connection.request(method, path, data, {"Content-Type": media, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def refused(
        self, method: str, path: str, body: Any = None, *, media: str = "application/json", **headers: str
    ) -> tuple[int, str]:
        """Status and text of a refusal, which must be a Kubernetes Status."""
        status, answer = self.ask(method, path, body, media=media, **headers)
        assert (answer["kind"], answer["status"], answer["code"]) == ("Status", "Failure", status)
        return status, answer["message"]

    def watch(self, path: str) -> list[Any]:
        """The events of a watch that the server ends after a second."""
        status, text = self.text("GET", f"{path}&watch=true&timeoutSeconds=1")
        assert status == http.client.OK, text
        return [json.loads(line) for line in text.splitlines()]

    def namespace(self) -> str:
        """A new one."""
        name = f"t-{secrets.token_hex(4)}"
        status, answer = self.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        assert status == http.client.CREATED, answer
        return name

    def until(self, path: str, condition: Callable[[Any], bool]) -> Any:
        """What GET answers once the condition holds."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while True:
            status, answer = self.ask("GET", path)
            if status == http.client.OK and condition(answer):
                return answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.02)
