"""Failures as Kubernetes `Status` objects; the texts are those of kube-apiserver 1.36."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.sandbox.emulator.kinds import Kind, Object


class ApiError(Exception):
    """The answer to a request that failed: HTTP code, machine-readable reason, text, details."""

    def __init__(self, code: int, reason: str, message: str, details: Object | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": details or {},
            "code": code,
        }


def _details(kind: Kind, name: str) -> Object:
    return {"name": name, "group": kind.group, "kind": kind.plural}


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def not_found(kind: Kind, name: str) -> ApiError:
    return ApiError(404, "NotFound", f'{kind.resource} "{name}" not found', _details(kind, name))


def already_exists(kind: Kind, name: str) -> ApiError:
    return ApiError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', _details(kind, name))


def conflict(kind: Kind, name: str, why: str = "") -> ApiError:
    why = why or (
        "the object has been modified; please apply your changes to the latest version and try again"
    )
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}'
    return ApiError(409, "Conflict", message, _details(kind, name))


def invalid(kind: Kind, name: str, problems: list[tuple[str, str]]) -> ApiError:
    """`problems` are (field, text) pairs."""
    texts = [f"{field}: {text}" for field, text in problems]
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    causes = [{"reason": "FieldValueInvalid", "field": field, "message": text} for field, text in problems]
    details = {"name": name, "group": kind.group, "kind": kind.name, "causes": causes}
    return ApiError(422, "Invalid", f'{kind.qualified} "{name}" is invalid: {listed}', details)


def cannot(what: str) -> ApiError:
    """A request that a real cluster would serve."""
    return ApiError(501, "NotImplemented", f"the emulated API cannot {what}")


def unsupported_media(message: str) -> ApiError:
    return ApiError(415, "UnsupportedMediaType", message)


def invalid_options(field: str, text: str) -> ApiError:
    message = f'ListOptions.meta.k8s.io "" is invalid: {field}: Forbidden: {text}'
    return ApiError(422, "Invalid", message, {"group": "meta.k8s.io", "kind": "ListOptions"})
