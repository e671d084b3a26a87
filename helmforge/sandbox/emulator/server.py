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
from helmforge.sandbox.emulator.writes import Target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from helmforge.sandbox.emulator.kinds import Object
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
    manager = (
        request.query.get("fieldManager") or request.headers.get("User-Agent", "unknown").partition("/")[0]
    )
    dry_run = "All" in request.query.getall("dryRun", [])
    target = Target(kind, namespace, name, manager, dry_run)
    if match["sub"]:
        return _log_of(request, target, match["sub"])
    if request.method == "GET":
        return await _read(request, target)
    status, answer = await _write(request, target)
    return web.json_response(answer, status=status)


def _log_of(request: web.Request, target: Target, subresource: str) -> web.Response:
    if (request.method, target.kind.plural, subresource) != ("GET", "pods", "log"):
        raise cannot(f"serve {request.method} of the subresource {target.kind.plural}/{subresource}")
    previous = request.query.get("previous") == "true"
    pod = _existing(request, target)
    return web.Response(text=pods.log(pod, request.query.get("container", ""), previous=previous))


def _existing(request: web.Request, target: Target) -> Object:
    obj = request.app[_STORE].get(target.kind, target.namespace, target.name)
    if obj is None:
        raise not_found(target.kind, target.name)
    return obj


def _selection(request: web.Request, target: Target) -> Test:
    labels = parse_labels(request.query.get("labelSelector", ""))
    fields = parse_fields(request.query.get("fieldSelector", ""), target.kind)

    def selected(obj: Object) -> bool:
        namespace, name = obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
        here = target.namespace in ("", namespace) and target.name in ("", name)
        return here and labels(obj) and fields(obj)

    return selected


async def _read(request: web.Request, target: Target) -> web.StreamResponse:
    store, kind = request.app[_STORE], target.kind
    as_table = "as=Table" in request.headers.get("Accept", "")
    if request.query.get("watch") in ("1", "true"):

        def render(obj: Object) -> Object:
            return tables.table(kind, [obj], store.version) if as_table else obj

        return await Watch(store, kind, _selection(request, target), render).serve(request)
    if target.name:
        answer = _existing(request, target)
        objects = [answer]
    else:
        objects = list(filter(_selection(request, target), store.find(kind, target.namespace)))
        head = {"kind": f"{kind.name}List", "apiVersion": kind.api_version}
        answer = {**head, "metadata": {"resourceVersion": str(store.version)}, "items": objects}
    return web.json_response(tables.table(kind, objects, store.version) if as_table else answer)


async def _write(request: web.Request, target: Target) -> tuple[int, Object]:
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
            doomed = list(filter(_selection(request, target), store.find(target.kind, target.namespace)))
            return 200, writes.delete_all(store, target, doomed, body)
        case method, _:
            raise ApiError(405, "MethodNotAllowed", f"the server does not allow {method} on {request.path}")


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
