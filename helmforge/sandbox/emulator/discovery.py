"""What the API says about itself: version, resources, the least OpenAPI that clients accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.sandbox.emulator.kinds import GROUP_VERSIONS, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from helmforge.sandbox.emulator.kinds import Kind, Object

_VERSION = {"major": "1", "minor": "36", "gitVersion": "v1.36.3+emulated", "platform": "emulated"}
_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_IN_ALL = {"Pod", "Service", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "CronJob", "Job"}
_PATCHES = ("application/apply-patch+yaml", "application/merge-patch+json")


def document(path: str) -> Object | None:
    """The document at this path, if it is one of discovery."""
    if path in _FIXED:
        return _FIXED[path]()
    prefix, _, group_version = path.strip("/").partition("/")
    if prefix == "openapi":
        return _openapi(group_version)
    if (prefix == "api") == (group_version == "v1") and group_version in GROUP_VERSIONS:
        resources = [_resource(kind) for kind in KINDS.values() if kind.api_version == group_version]
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": group_version,
            "resources": resources,
        }
    return None


def _resource(kind: Kind) -> Object:
    resource: Object = {"name": kind.plural, "singularName": kind.name.lower(), "namespaced": kind.namespaced}
    resource |= {"kind": kind.name, "verbs": _VERBS}
    if kind.short:
        resource["shortNames"] = [kind.short]
    return resource | ({"categories": ["all"]} if kind.name in _IN_ALL else {})


def _groups() -> Object:
    groups = []
    for group_version in GROUP_VERSIONS:
        name, _, version = group_version.rpartition("/")
        entry = {"groupVersion": group_version, "version": version}
        if name:
            groups.append({"name": name, "versions": [entry], "preferredVersion": entry})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _root(group_version: str) -> str:
    return f"apis/{group_version}" if "/" in group_version else f"api/{group_version}"


def _openapi_index() -> Object:
    roots = map(_root, GROUP_VERSIONS)
    return {"paths": {root: {"serverRelativeURL": f"/openapi/v3/{root}?hash=emulated"} for root in roots}}


def _openapi(path: str) -> Object | None:
    """Clients only look whether a kind can be patched with `fieldValidation`."""
    root = path.removeprefix("v3/")
    kinds = [kind for kind in KINDS.values() if _root(kind.api_version) == root]
    paths = dict(map(_openapi_path, kinds))
    return {"openapi": "3.0.0", "components": {"schemas": {}}, "paths": paths} if kinds else None


def _openapi_path(kind: Kind) -> tuple[str, Object]:
    place = "namespaces/{namespace}/" if kind.namespaced else ""
    version = kind.api_version.rpartition("/")[2]
    identity = {"group": kind.group, "version": version, "kind": kind.name}
    parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
    operation = {"parameters": [parameter], "x-kubernetes-group-version-kind": identity}
    operation["requestBody"] = {"content": {media: {} for media in _PATCHES}}
    return f"/{_root(kind.api_version)}/{place}{kind.plural}/{{name}}", {"patch": operation}


_FIXED: dict[str, Callable[[], Object]] = {
    "/version": lambda: _VERSION,
    "/api": lambda: {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": _groups,
    "/openapi/v3": _openapi_index,
}
