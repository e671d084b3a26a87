"""A real registry with the Referrers API, over that of go-containerregistry. `make setup` builds it."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
from typing import TYPE_CHECKING

from dev.go_programs import referrers_registry
from helmforge.sandbox.children import start_child
from helmforge.sandbox.ports import free_port
from tests.support.tools import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEADLINE_SECONDS = 30.0


@contextlib.contextmanager
def serving(log: Path) -> Iterator[str]:
    """Its address, `127.0.0.1:PORT`; no login, and what it holds is gone at the end."""
    program = referrers_registry()
    if not program.exists():
        missing("the registry with the Referrers API is not here: `make setup` builds it")
    address = f"127.0.0.1:{free_port()}"
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    child = start_child("referrers-registry", [str(program), address], log=log, env=environment)
    try:
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not _answers(address):
            child.require_alive()
            assert time.monotonic() < deadline, child.log_tail()
            time.sleep(0.01)
        yield address
    finally:
        child.stop(grace_seconds=2.0)


def _answers(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
