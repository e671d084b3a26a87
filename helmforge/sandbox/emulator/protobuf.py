"""Reads the few Kubernetes protobuf bodies that helm and kubectl send; answers are always JSON.

Field numbers: generated.proto of k8s.io/api/core/v1 and k8s.io/apimachinery.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from helmforge.sandbox.emulator.status import bad_request, cannot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.sandbox.emulator.kinds import Object

_ENVELOPE = b"k8s\0"
_METADATA = {1: "name", 2: "generateName", 3: "namespace", 5: "uid", 6: "resourceVersion"}
_METADATA |= {11: "labels map", 12: "annotations map", 14: "finalizers list"}
# Message -> field number -> JSON name and type (a string when not said).
_MESSAGES = {
    "ConfigMap": {1: "metadata metadata", 2: "data map", 3: "binaryData bytes", 4: "immutable bool"},
    "DeleteOptions": {2: "preconditions preconditions", 4: "propagationPolicy", 5: "dryRun list"},
    "Namespace": {1: "metadata metadata"},
    "Secret": {1: "metadata metadata", 2: "data bytes", 3: "type", 4: "stringData map", 5: "immutable bool"},
    "SelfSubjectAccessReview": {},
    "metadata": _METADATA,
    "preconditions": {1: "uid", 2: "resourceVersion"},
}
# What a server decides itself (timestamps, generation, managedFields, status) or what no client needs here.
_SKIPPED = {
    "DeleteOptions": {1},
    "Namespace": {2, 3},
    "SelfSubjectAccessReview": {1, 2, 3},
    "metadata": {4, 7, 8, 17},
}


def decode(body: bytes) -> Object:
    """One object in the `k8s` envelope (`runtime.Unknown`: type, raw bytes). Raises 400, 501."""
    try:
        envelope = dict(_fields(body.removeprefix(_ENVELOPE)))
        kind = dict(_fields(envelope[1]))
        name = kind[2].decode()
        if name not in _MESSAGES:
            raise cannot(f"read a {name} in protobuf; send it as JSON, with `kubectl create -f`")
        return {"apiVersion": kind[1].decode(), "kind": name, **_message(envelope.get(2, b""), name)}
    except (IndexError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise bad_request(f"the protobuf body is broken: {error}") from error


def _message(data: bytes, table: str) -> Object:
    result: Object = {}
    for number, value in _fields(data):
        if number in _SKIPPED.get(table, ()):
            continue
        if number not in _MESSAGES[table]:
            raise cannot(f"read field {number} of {table} in protobuf; send it as JSON")
        name, _, kind = _MESSAGES[table][number].partition(" ")
        match kind:
            case "":
                result |= {name: value.decode()} if value else {}
            case "bool":
                result[name] = bool(value)
            case "list":
                result.setdefault(name, []).append(value.decode())
            case "map" | "bytes":
                entry = dict(_fields(value))
                raw = entry.get(2, b"")
                text = raw.decode() if kind == "map" else base64.b64encode(raw).decode()
                result.setdefault(name, {})[entry[1].decode()] = text
            case _:
                result[name] = _message(value, kind)
    return result


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        value, position = _varint(data, position)
        if tag & 7 == 0:
            yield tag >> 3, value
            continue
        if tag & 7 != 2 or position + value > len(data):  # noqa: PLR2004 - length-delimited
            raise ValueError(f"wire type {tag & 7} at byte {position}")
        yield tag >> 3, data[position : position + value]
        position += value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, position
