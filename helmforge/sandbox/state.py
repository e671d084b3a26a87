"""What a sandbox is, as its folder remembers it, and whether that is still true."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.sandbox.clusters import NOTES
from helmforge.sandbox.processes import Process
from helmforge.sandbox.registry import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "sandbox.json"
_FORMAT = 1
_CONNECT_SECONDS = 2.0


class Condition(Enum):
    UP = "up"
    DOWN = "down"
    BUSY = "busy"  # another command is starting or stopping it
    BROKEN = "broken"  # half-started, or not all of it runs any more


@dataclass(frozen=True)
class Sandbox:
    """`registry` and `server` are host:port on loopback; `server` is empty for clusters of others."""

    registry: str
    cluster: str
    kubeconfig: Path
    contexts: tuple[str, ...]
    server: str
    processes: tuple[Process, ...]

    @property
    def note(self) -> str:
        return NOTES[self.cluster]

    def problems(self) -> Iterator[str]:
        """What of it does not run any more; nothing when it is up."""
        ended = [process.name for process in self.processes if not process.alive()]
        yield from (f"the {name} has ended" for name in ended)
        if "registry" not in ended and not answers(self.registry, "/v2/"):
            yield f"the registry at {self.registry} does not answer"
        if self.server and "cluster" not in ended and not _listens(self.server):
            yield f"the cluster at {self.server} does not answer"
        if not self.kubeconfig.is_file():
            yield f"the kubeconfig {self.kubeconfig} is gone"


def write_state(folder: Path, sandbox: Sandbox) -> None:
    document = {"format": _FORMAT, **asdict(sandbox), "kubeconfig": str(sandbox.kubeconfig)}
    draft = folder / f".{_FILE}.draft"
    draft.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    draft.replace(folder / _FILE)


def read_state(folder: Path) -> Sandbox | None:
    """None when it was never completely up, or when another version of helmforge wrote it."""
    try:
        document = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        if document["format"] != _FORMAT:
            return None
        return Sandbox(
            registry=document["registry"],
            cluster=document["cluster"],
            kubeconfig=Path(document["kubeconfig"]),
            contexts=tuple(document["contexts"]),
            server=document["server"],
            processes=tuple(Process(**process) for process in document["processes"]),
        )
    except (OSError, ValueError, KeyError, TypeError):  # also a file that a power cut left empty
        return None


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
