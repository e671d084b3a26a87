"""The text of a chart's `.helmforge.lock` -> its values, or one error that says where and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from helmforge.config.own_lock import read_own_lock
from helmforge.domain.chart_lock import (
    LOCK_FILE,
    LOCK_FORMAT,
    ChartLock,
    LockedAnswers,
    LockedFile,
    has_blob_id,
    is_chart_path,
    lock_text,
)
from helmforge.domain.names import EnvironmentName, Namespace, ServiceName
from helmforge.domain.version import Version
from helmforge.errors import ConfigError, UsageError
from helmforge.yamlio import Document, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OVERRIDES = re.compile(r"(?:sha256:[0-9a-f]{64})?")
_REGISTRY = re.compile(r"[\w.:/-]{1,255}", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z0-9-]{0,62}")
_GIT_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_LAST_PORT = 65535
_RESTORE = "restore it: git checkout -- {name}"


def parse_lock(text: str, name: str) -> ChartLock:
    """Raises ConfigError for what helmforge did not write, or a newer one did. `name` stands in errors."""
    own = read_own_lock(text)
    if own is not None:
        lock = _Reader(Document(name, text, own)).lock()
        if lock_text(lock) == text:
            return lock
    try:
        document = parse(text, name)
    except ConfigError as error:
        raise _unreadable(text, name, error) from None
    return _Reader(document).lock()


def _unreadable(text: str, name: str, error: ConfigError) -> ConfigError:
    hint = _RESTORE.format(name=name)
    conflict = _GIT_CONFLICT.search(text)
    if conflict is None:
        return ConfigError(error.what, where=error.where, why=error.why, hint=hint)
    return ConfigError(
        f"{name} has conflict markers of a Git merge",
        where=f"{name}:{text.count(chr(10), 0, conflict.start()) + 1}",
        hint=f"take one side, git checkout --ours -- {name} (of all charts: ':/*{LOCK_FILE}'), then run "
        "helmforge update: it finds the rest",
    )


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document

    def lock(self) -> ChartLock:
        data = self._document.data
        self._demand_format(data.get("lock"))
        self._demand_keys((), data, {"lock", "templates", "answers", "files"})
        templates = self._mapping(("templates",), data["templates"])
        self._demand_keys(("templates",), templates, {"version"}, {"overrides"})
        return ChartLock(
            version=self._parsed(("templates", "version"), "a version", Version.parse, templates["version"]),
            overrides=self._text(
                ("templates", "overrides"), "a digest", _OVERRIDES, templates.get("overrides", "")
            ),
            answers=self._answers(self._mapping(("answers",), data["answers"])),
            files=self._files(self._mapping(("files",), data["files"])),
        )

    def _demand_format(self, found: Any) -> None:  # noqa: ANN401 - any YAML value
        if type(found) is int and found > LOCK_FORMAT:
            raise ConfigError(
                f"{self._document.name} was written by a newer helmforge",
                where=f"{self._document.name}:{self._document.line_of(('lock',))} lock",
                why=f"its format is {found}, and this helmforge knows {LOCK_FORMAT}",
                hint="install the newest helmforge",
            )
        if type(found) is not int or found != LOCK_FORMAT:
            self._fail(("lock",), f"expected {LOCK_FORMAT}, got {found!r}")

    def _answers(self, data: Mapping[str, Any]) -> LockedAnswers:
        path = "answers"
        self._demand_keys((path,), data, {"service", "type", "context", "port", "registry", "environments"})
        port = data["port"]
        if type(port) is not int or not 1 <= port <= _LAST_PORT:
            self._fail((path, "port"), f"expected a port from 1 to {_LAST_PORT}, got {port!r}")
        environments = data["environments"]
        if not isinstance(environments, list):
            self._fail((path, "environments"), "expected a list of environments")
        return LockedAnswers(
            service=self._parsed((path, "service"), "a service", ServiceName.parse, data["service"]),
            type=self._text((path, "type"), "a chart type", _TYPE, data["type"]),
            context=self._parsed((path, "context"), "a context", Namespace.parse, data["context"]),
            port=port,
            registry=self._text((path, "registry"), "a registry", _REGISTRY, data["registry"]),
            environments=tuple(
                self._parsed((path, "environments", index), "an environment", EnvironmentName.parse, each)
                for index, each in enumerate(environments)
            ),
        )

    def _files(self, data: Mapping[str, Any]) -> dict[str, LockedFile]:
        return {path: self._file(path, each) for path, each in data.items()}

    def _file(self, path: str, data: Any) -> LockedFile:  # noqa: ANN401 - any YAML value
        where = ("files", path)
        if not is_chart_path(path):
            self._fail(where, f"expected a path inside the chart, got {path!r}")
        if not isinstance(data, dict):
            return LockedFile(self._text(where, "a blob id", _BLOB, data))
        self._demand_keys(where, data, {"blob", "text"})
        blob, text = self._text((*where, "blob"), "a blob id", _BLOB, data["blob"]), data["text"]
        if not isinstance(text, str) or not has_blob_id(text.encode(), blob):
            self._fail((*where, "text"), "the text is not the one that `blob` is the id of")
        return LockedFile(blob, text)

    def _mapping(self, path: tuple[str, ...], data: Any) -> dict[str, Any]:  # noqa: ANN401 - any YAML value
        if not isinstance(data, dict):
            self._fail(path, f"expected a mapping, got {data!r}")
        return data

    def _text(self, path: tuple[str, ...], expected: str, form: re.Pattern[str], got: Any) -> str:  # noqa: ANN401
        if not isinstance(got, str) or not form.fullmatch(got):
            self._fail(path, f"expected {expected}, got {got!r}")
        return got

    def _parsed(
        self,
        path: tuple[str | int, ...],
        expected: str,
        parse_: Callable[[str], object],
        got: Any,  # noqa: ANN401 - any YAML value
    ) -> str:
        if not isinstance(got, str):
            self._fail(path, f"expected {expected}, got {got!r}")
        try:
            parse_(got)
        except UsageError as error:
            self._fail(path, f"expected {expected}: {error}")
        return got

    def _demand_keys(
        self, path: tuple[str, ...], data: Mapping[str, Any], needed: set[str], more: Iterable[str] = ()
    ) -> None:
        missing, unknown = sorted(needed - set(data)), sorted(set(data) - needed - set(more))
        if missing:
            self._fail(path, f"the key {missing[0]!r} is missing")
        if unknown:
            self._fail((*path, unknown[0]), f"the key {unknown[0]!r} is not known")

    def _fail(self, path: tuple[str | int, ...], why: str) -> NoReturn:
        name = self._document.name
        key = ".".join(map(str, path))
        raise ConfigError(
            f"{name} is not what helmforge writes",
            where=f"{name}:{self._document.line_of(path)} {key}".rstrip(),
            why=why,
            hint=_RESTORE.format(name=name),
        )
