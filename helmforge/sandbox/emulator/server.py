"""The HTTP side: URLs, media types, answers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import web

from helmforge.sandbox.emulator import controllers, discovery, faults, pods, protobuf, tables, writes
from helmforge.sandbox.emulator.kinds import BY_PATH
from helmforge.sandbox.emulator.selectors import parse_fields, parse_labels
from helmforge.sandbox.emulator.status import ApiError, bad_request, cannot, not_found, unsupported_media
from helmforge.sandbox.emulator.store import Store
from helmforge.sandbox.emulator.watches import Watch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from helmforge.sandbox.emulator.kinds import Kind, Object
    from helmforge.sandbox.emulator.selectors import Test

_STORE = web.AppKey("store", Store)
_LOOP: web.AppKey[asyncio.Task[None]] = web.AppKey("loop", asyncio.Task)
_LARGEST_BODY = 3 * 1024 * 1024  # the limit of a real server
_URL = re.compile(
    r"/(?:api/v1|apis/(?P<api>[^/]+/[^/]+))(?:/namespaces/(?P<namespace>[^/]+)"
    r"(?=/(?!status$|finalize$)))?/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<sub>.+))?"
)
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_log = logging.getLogger(__name__)


def make_app() -> web.Application:
    app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_answer_errors])
    app[_STORE] = Store()
    app.cleanup_ctx.append(_controllers)
    app.on_shutdown.append(_end_watches)
    app.router.add_post("/emulator/faults", _faults)
    app.router.add_route("*", "/{path:.*}", _serve)
    return app


async def _controllers(app: web.Application) -> AsyncIterator[None]:
    app[_LOOP] = loop = asyncio.create_task(controllers.run(app[_STORE]))
    yield
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop


async def _end_watches(app: web.Application) -> None:
    for queue in app[_STORE].watchers:
        queue.put_nowait(None)


@web.middleware
async def _answer_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        _require_health(request)
        return await handler(request)
    except ApiError as error:
        failure = error
    except web.HTTPRequestEntityTooLarge:
        failure = ApiError(413, "RequestEntityTooLarge", f"limit is {_LARGEST_BODY} bytes")
    except Exception as error:  # noqa: BLE001 - a defect: say so to the client and to the log
        _log.exception("%s %s", request.method, request.path_qs)
        failure = ApiError(500, "InternalError", f"the emulated API broke down: {error!r}")
    return web.json_response(failure.status, status=failure.code)


def _require_health(request: web.Request) -> None:
    if not _LOOPBACK.fullmatch(request.host):  # a web page that points its own name at 127.0.0.1
        raise ApiError(403, "Forbidden", "the emulated API answers on loopback names only")
    loop = request.app[_LOOP]
    if loop.done():
        raise ApiError(500, "InternalError", f"the emulated API broke down: {loop.exception()!r}")


async def _faults(request: web.Request) -> web.Response:
    faults.tell(request.app[_STORE], await _body(request))
    return web.json_response({"emulated": True})


async def _serve(request: web.Request) -> web.StreamResponse:
    path = request.path
    if path in ("/healthz", "/livez", "/readyz"):
        return web.Response(text="ok")
    if path == _REVIEW and request.method == "POST":
        allowed = {"allowed": True, "reason": "the emulated API has no access control"}
        return web.json_response({**(await _body(request)), "status": allowed}, status=201)
    found = discovery.document(path)
    if found is not None and request.method == "GET":
        return web.json_response(found)
    match = _URL.fullmatch(request.rel_url.raw_path)
    kind = BY_PATH.get((match["api"] or "v1", match["plural"])) if match else None
    if match is None or kind is None:
        message = f"the server could not find the requested resource (the emulated API cannot serve {path})"
        raise ApiError(404, "NotFound", message)
    namespace, name = unquote(match["namespace"] or ""), unquote(match["name"] or "")
    if match["sub"]:
        return _log_of(request, kind, namespace, name, match["sub"])
    return await _resource(request, kind, namespace, name)


def _log_of(request: web.Request, kind: Kind, namespace: str, name: str, sub: str) -> web.Response:
    if (request.method, kind.plural, sub) != ("GET", "pods", "log"):
        raise cannot(f"serve {request.method} of the subresource {kind.plural}/{sub}")
    pod = request.app[_STORE].get(kind, namespace, name)
    if pod is None:
        raise not_found(kind, name)
    previous = request.query.get("previous") == "true"
    return web.Response(text=pods.log(pod, request.query.get("container", ""), previous=previous))


async def _resource(request: web.Request, kind: Kind, namespace: str, name: str) -> web.StreamResponse:
    query = request.query
    if request.method == "GET":
        watching = query.get("watch") in ("1", "true")
        return (
            _get(request, kind, namespace, name)
            if name and not watching
            else await _list(request, kind, namespace, name)
        )
    manager = query.get("fieldManager") or request.headers.get("User-Agent", "unknown").partition("/")[0]
    target = writes.Target(kind, namespace, name, manager, "All" in query.getall("dryRun", []))
    status, obj = await _write(request, target)
    return web.json_response(obj, status=status)


async def _write(request: web.Request, target: writes.Target) -> tuple[int, Object]:
    store, body = request.app[_STORE], await _body(request)
    match request.method, bool(target.name):
        case "POST", False:
            return 201, writes.create(store, target, body)
        case "PUT", True:
            return 200, writes.replace_object(store, target, body)
        case "PATCH", True if request.content_type == "application/apply-patch+yaml":
            if "fieldManager" not in request.query:
                raise ApiError(422, "Invalid", "fieldManager: Required value: is required for apply patch")
            obj, new = writes.apply(store, target, body, force=request.query.get("force") == "true")
            return (201 if new else 200), obj
        case "PATCH", True:
            return 200, writes.patch(store, target, request.content_type, body)
        case "DELETE", True:
            return 200, writes.delete(store, target, body)
        case "DELETE", False:
            selected = _selection(request, target.kind, target.namespace, "")
            objects = [obj for obj in store.find(target.kind, target.namespace) if selected(obj)]
            return 200, writes.delete_all(store, target, objects, body)
        case method, _:
            raise ApiError(405, "MethodNotAllowed", f"the server does not allow {method} on {request.path}")


def _get(request: web.Request, kind: Kind, namespace: str, name: str) -> web.Response:
    obj = request.app[_STORE].get(kind, namespace, name)
    if obj is None:
        raise not_found(kind, name)
    return _show(request, kind, [obj], obj)


def _selection(request: web.Request, kind: Kind, namespace: str, name: str) -> Test:
    labels = parse_labels(request.query.get("labelSelector", ""))
    fields = parse_fields(request.query.get("fieldSelector", ""), kind)

    def selected(obj: Object) -> bool:
        metadata = obj["metadata"]
        here = namespace in ("", metadata.get("namespace", "")) and name in ("", metadata["name"])
        return here and labels(obj) and fields(obj)

    return selected


async def _list(request: web.Request, kind: Kind, namespace: str, name: str) -> web.StreamResponse:
    store, selected = request.app[_STORE], _selection(request, kind, namespace, name)
    if request.query.get("watch") in ("1", "true"):
        as_table = "as=Table" in request.headers.get("Accept", "")
        return await Watch(
            store, kind, selected, lambda obj: tables.table(kind, [obj], store.version) if as_table else obj
        ).serve(request)
    objects = [obj for obj in store.find(kind, namespace) if selected(obj)]
    metadata = {"resourceVersion": str(store.version)}
    listed = {
        "kind": f"{kind.name}List",
        "apiVersion": kind.api_version,
        "metadata": metadata,
        "items": objects,
    }
    return _show(request, kind, objects, listed)


def _show(request: web.Request, kind: Kind, objects: list[Object], plain: Object) -> web.Response:
    if "as=Table" in request.headers.get("Accept", ""):
        return web.json_response(tables.table(kind, objects, request.app[_STORE].version))
    return web.json_response(plain)


async def _body(request: web.Request) -> Any:  # noqa: ANN401 - a JSON value
    data = await request.read()
    if not data and request.method == "DELETE":
        return {}
    media = request.content_type
    if media == "application/vnd.kubernetes.protobuf":
        return protobuf.decode(data)
    if not media.endswith(("json", "yaml")):
        raise unsupported_media(f"the body of the request was in an unknown format: {media}")
    try:
        return json.loads(data)  # apply-patch+yaml too: helm and kubectl write JSON, which is YAML
    except ValueError as error:
        raise bad_request(f"the body is not JSON: {error}") from error
