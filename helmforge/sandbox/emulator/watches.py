"""Watch streams: initial events, bookmarks, and objects that move in and out of a selection."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from helmforge.sandbox.emulator.status import ApiError, bad_request, invalid_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.sandbox.emulator.kinds import Kind, Object
    from helmforge.sandbox.emulator.selectors import Test
    from helmforge.sandbox.emulator.store import Change, Store

_LONGEST = 3_600.0


@dataclass(frozen=True)
class Watch:
    """`render` turns an object into what the client asked for (itself, or rows of a table)."""

    store: Store
    kind: Kind
    selected: Test
    render: Callable[[Object], Object]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        first = self._first_events(request)
        self.store.watchers.add(queue)  # no await since the snapshot: nothing falls between
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        try:
            with suppress(ConnectionResetError):  # the client left while an event was on its way
                await response.prepare(request)
                for event in first:
                    await self._send(response, event)
                await self._follow(response, queue, float(request.query.get("timeoutSeconds") or _LONGEST))
        finally:
            self.store.watchers.discard(queue)
        return response

    async def _follow(
        self, response: web.StreamResponse, queue: asyncio.Queue[Change | None], seconds: float
    ) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                change = await asyncio.wait_for(queue.get(), left)
            except TimeoutError:
                return
            if change is None:  # the server shuts down
                return
            if event := self._event(change):
                await self._send(response, event)

    async def _send(self, response: web.StreamResponse, event: tuple[str, Object]) -> None:
        name, obj = event
        shown = obj if name in ("BOOKMARK", "ERROR") else self.render(obj)
        await response.write(json.dumps({"type": name, "object": shown}).encode() + b"\n")

    def _first_events(self, request: web.Request) -> list[tuple[str, Object]]:
        query = request.query
        version = query.get("resourceVersion") or "0"
        if not version.isdigit():
            raise bad_request(f'resourceVersion: Invalid value: "{version}"')
        if query.get("sendInitialEvents") == "true":
            if query.get("resourceVersionMatch") != "NotOlderThan":
                raise invalid_options("resourceVersionMatch", "sendInitialEvents requires NotOlderThan")
            return [*self._present(), ("BOOKMARK", self._initial_events_end())]
        if version == "0":
            return self._present()
        try:
            changes = self.store.since(int(version))
        except ApiError as expired:
            return [("ERROR", expired.status)]
        return [event for change in changes if (event := self._event(change))]

    def _present(self) -> list[tuple[str, Object]]:
        return [("ADDED", obj) for obj in self.store.find(self.kind) if self.selected(obj)]

    def _initial_events_end(self) -> Object:
        metadata = {"resourceVersion": str(self.store.version)}
        marked = {**metadata, "annotations": {"k8s.io/initial-events-end": "true"}}
        return {"apiVersion": self.kind.api_version, "kind": self.kind.name, "metadata": marked}

    def _event(self, change: Change) -> tuple[str, Object] | None:
        if change.kind != self.kind:
            return None
        before, after = change.before, change.after
        if after is not None and self.selected(after):
            return ("MODIFIED" if before is not None and self.selected(before) else "ADDED"), after
        if before is not None and self.selected(before):
            last = after or before
            return "DELETED", {**before, "metadata": {**before["metadata"], **_version(last)}}
        return None


def _version(obj: Object) -> dict[str, str]:
    return {"resourceVersion": obj["metadata"]["resourceVersion"]}
