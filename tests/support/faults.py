"""What `FaultyRegistry.fail` can be told to answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.support.faulty_registry import Reply

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tests.support.faulty_registry import Asked, Fault, Forward


def status(code: int, *, error: str = "", message: str = "", **headers: str) -> Fault:
    """This status with an error document of the distribution spec. Header names: `Retry_After="1"`."""
    body = json.dumps({"errors": [{"code": error, "message": message}]}).encode() if error else b""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _asked, _forward: Reply(code, named, body)


def replied(reply: Reply) -> Fault:
    return lambda _asked, _forward: reply


def dropped() -> Fault:
    """The connection is cut before the registry hears of the request."""
    return lambda _asked, _forward: None


def dropped_afterwards() -> Fault:
    """The registry does it, but its answer is lost."""

    def fault(asked: Asked, forward: Forward) -> Reply | None:
        forward(asked)
        return None

    return fault


def held(gate: threading.Event) -> Fault:
    """Answers once `gate` is set: as slow as the test wants."""

    def fault(asked: Asked, forward: Forward) -> Reply | None:
        gate.wait(60.0)
        return forward(asked)

    return fault


def truncated(after: int) -> Fault:
    """The connection is cut after so many bytes of the body."""
    return changed(lambda reply: replace(reply, drop_after=after))


def changed(change: Callable[[Reply], Reply]) -> Fault:
    """The registry's own answer, falsified."""
    return lambda asked, forward: change(forward(asked))


def with_headers(**headers: str) -> Fault:
    """Some headers of the registry's answer replaced: `Docker_Content_Digest="sha256:..."`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lower = {name.lower() for name in named}

    def change(reply: Reply) -> Reply:
        kept = {name: value for name, value in reply.headers.items() if name.lower() not in lower}
        return replace(reply, headers={**kept, **named})

    return changed(change)


def with_body(change: Callable[[bytes], bytes]) -> Fault:
    return changed(lambda reply: replace(reply, body=change(reply.body)))


def redirected(address: str, code: int = 307) -> Fault:
    """To the same path on another host."""
    return lambda asked, _forward: Reply(code, {"Location": f"http://{address}{asked.path}"})


def opens_upload() -> Fault:
    """For a mount request: the registry will not mount and answers 202 with an upload session."""
    return lambda asked, forward: forward(replace(asked, path=asked.path.partition("?")[0]))


def paged(size: int) -> Fault:
    """For the list of tags: pages of `size`, joined by Link headers, as large registries send them."""

    def fault(asked: Asked, forward: Forward) -> Reply:
        address = urlsplit(asked.path)
        reply = forward(replace(asked, path=address.path))
        listed = json.loads(reply.body)
        first = int(parse_qs(address.query).get("first", ["0"])[0])
        page = {**listed, "tags": listed["tags"][first : first + size]}
        headers = dict(reply.headers)
        if first + size < len(listed["tags"]):
            headers["Link"] = f'<{address.path}?first={first + size}>; rel="next"'
        return Reply(reply.status, headers, json.dumps(page).encode())

    return fault
