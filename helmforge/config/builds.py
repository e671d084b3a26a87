"""How images are built: `build` of both files, and `builder`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from helmforge.config import values
from helmforge.config.values import objection
from helmforge.domain.building import BUILDERS, BuilderChoice, BuildRules, BuildSecret, CacheRule
from helmforge.domain.names import ServiceName, nearest
from helmforge.domain.oci import RegistryHost
from helmforge.domain.settings import Build
from helmforge.domain.testing import is_own_secret
from helmforge.errors import UsageError
from helmforge.schemas.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLE = ServiceName("x")
_BELONGS_TO = {"instance": "docker", "address": "buildkit", "tls": "buildkit"}


def service_build(data: dict[str, Any], folder: str) -> Build:
    """`build` of service.yaml, which is valid by the schema. Raises UsageError for the first broken rule."""
    inside = partial(values.parse_path, folder=folder)
    return Build(
        dockerfile=inside(data.get("dockerfile", "Dockerfile")),
        context=inside(data.get("context", ".")),
        args=data.get("args", {}),
        target=data.get("target", Build.target),
        platforms=tuple(data.get("platforms", Build.platforms)),
        secrets={name: _secret(each, folder=folder) for name, each in data.get("secrets", {}).items()},
        cache_rule=_cache(data["cache"]) if "cache" in data else None,
    )


def service_build_rules(data: dict[str, Any], folder: str) -> Iterator[Problem]:
    """What the schema of service.yaml cannot say of `build`."""
    inside = partial(values.parse_path, folder=folder)
    for key in ("dockerfile", "context"):
        if key in data:
            yield from objection(("build", key), "a path inside the repository", inside, data[key])
    for name, each in data.get("secrets", {}).items():
        parse = partial(_secret, folder=folder)
        yield from objection(("build", "secrets", name), "the source of a secret", parse, each)
    yield from _cache_rules(data.get("cache", {}))


def repository_build(data: dict[str, Any]) -> BuildRules:
    """`build` of helmforge.yaml."""
    cache = data.get("cache", {})
    return BuildRules(_cache(cache), cache.get("releases", BuildRules.releases_read_cache))


def repository_build_rules(data: dict[str, Any]) -> Iterator[Problem]:
    yield from _cache_rules(data.get("cache", {}))


def builder(value: str | dict[str, Any]) -> BuilderChoice:
    return BuilderChoice(**value) if isinstance(value, dict) else BuilderChoice(value)


def builder_rules(value: str | dict[str, Any]) -> Iterator[Problem]:
    if isinstance(value, str):
        yield from objection(("builder",), f"one of {', '.join(BUILDERS)}", _check_builder, value)
        return
    for key, name in _BELONGS_TO.items():
        if key in value and value["name"] != name:
            yield Problem(("builder", key), f"expected none: it belongs to `name: {name}`")


def _check_builder(name: str) -> None:
    if name not in BUILDERS:
        guess = nearest(name, BUILDERS)
        raise UsageError(f"did you mean {guess!r}?" if guess else "there is no such builder")


def _secret(data: dict[str, Any], *, folder: str) -> BuildSecret:
    if len({"env", "file"} & data.keys()) != 1:
        raise UsageError("it needs `env` or `file`, one of them")
    if is_own_secret(data.get("env", "")):
        raise UsageError("this variable is helmforge's own", why="builds never get it")
    file = data.get("file", "")
    if any(part in {"", ".", ".."} for part in file.removeprefix("~").split("/")[1:]):
        raise UsageError("it is no plain path", why="write it without `..` and without double slashes")
    if file and not file.startswith(("/", "~/")):
        file = values.parse_path(file, folder)
    return BuildSecret(data.get("env", ""), file, data.get("required", BuildSecret.required))


def _cache(data: dict[str, Any]) -> CacheRule:
    target = data.get("to", CacheRule.target)
    return CacheRule(tuple(data.get("from", [target] if target else [])), target)


def _cache_rules(data: dict[str, Any]) -> Iterator[Problem]:
    where = ("build", "cache")
    for index, source in enumerate(data.get("from", [])):
        yield from objection((*where, "from", index), "a repository", _check_repository, source)
    if "to" in data:
        yield from objection((*where, "to"), "a repository", _check_repository, data["to"])


def _check_repository(template: str) -> None:
    if "://" in template:
        raise UsageError("leave out the scheme")
    if "{" in template.replace("{service}", "") or "}" in template.replace("{service}", ""):
        raise UsageError("it knows {service} only")
    path = template.replace("{service}", "x").partition("/")[2]
    if ":" in path or "@" in path:
        raise UsageError("leave out tag and digest", why="the builder chooses the tags of its cache")
    CacheRule((template,)).of(_SAMPLE, RegistryHost("x"))
