"""Free ports on loopback."""

from __future__ import annotations

import secrets
import socket

from helmforge.errors import StepError

# Below the range from which Linux takes the source ports of outgoing connections (32768 and up):
# there, any client on the machine could take the port between this look and the server's start.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on at this moment."""
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise StepError("no free port on loopback", where=f"127.0.0.1:{_FIRST}-{_LAST}")


def free_ports(count: int) -> list[int]:
    """`count` different free ports."""
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return list(ports)
