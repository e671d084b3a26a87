"""Runs the configured image scanner and reads what it found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from helmforge.adapters.scanner import grype, sarif, trivy
from helmforge.errors import ToolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import ModuleType

    from helmforge.adapters.process import Runner
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.scanning import Finding
    from helmforge.domain.settings import Scan
    from helmforge.flows.ports import Log

_IMAGE, _ARCHIVE = "{image}", "{archive}"
_OURS: Mapping[str, ModuleType] = {"trivy": trivy, "grype": grype}


@dataclass(frozen=True)
class _Call:
    argv: list[str]
    read: Callable[[Any], Iterator[Finding]]
    env: Mapping[str, str] = field(default_factory=dict)


class CommandScanner:
    """trivy and grype read an archive of the image, since they cannot look into every builder's store,
    and are asked for JSON. Any other command must print SARIF 2.1.0; it gets the image's reference
    for `{image}` and the archive's path for `{archive}`, or the reference as its last argument.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def scan(
        self, scan: Scan, image: ImageRef, archive: Callable[[], Path], folder: Path, log: Log
    ) -> tuple[Finding, ...]:
        program, *rest = scan.command
        ours = _OURS.get(PurePath(program).name)
        if ours is None:
            call = _Call(_filled(scan.command, image, archive), sarif.findings)
        else:
            call = _Call(ours.of_archive(program, tuple(rest), archive()), ours.findings)
        return self._run(call, scan, image, folder, log)

    def scan_published(self, scan: Scan, image: ImageRef, folder: Path, log: Log) -> tuple[Finding, ...]:
        program, *rest = scan.command
        ours = _OURS.get(PurePath(program).name)
        if ours is None:
            argv = _filled(scan.command, image, partial(_refuse_archive, image))
            call = _Call(argv, sarif.findings)
        else:
            argv = ours.of_registry(program, tuple(rest), image)
            call = _Call(argv, ours.findings, ours.environment(image))
        return self._run(call, scan, image, folder, log)

    def _run(self, call: _Call, scan: Scan, image: ImageRef, folder: Path, log: Log) -> tuple[Finding, ...]:
        what = f"the image scanner failed on {image}"
        seconds = scan.timeout.total_seconds()
        completed = self._runner.check(call.argv, what=what, timeout=seconds, cwd=folder, env=call.env)
        for line in completed.err.splitlines():
            log(line)
        try:
            names = {*_names_of(image), *(name for word in call.argv for name in (word, word.lstrip("/")))}
            return tuple(_placed(one, names) for one in call.read(json.loads(completed.out)))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise ToolError(
                f"the image scanner {call.argv[0]} printed a report that cannot be read",
                why=f"{type(error).__name__}: {error}; it begins with {completed.out[:80]!r}",
                hint="nothing passes without a report: run the scanner by hand and see what it prints",
            ) from error


def _names_of(image: ImageRef) -> tuple[str, ...]:
    return str(image), str(image.repository), image.repository.path


def _placed(finding: Finding, names: set[str]) -> Finding:
    """SARIF demands a place. What is true of the whole image stands at what the scanner was given: the name
    of the image, or of an archive that has another one each time.
    """
    return replace(finding, place="") if finding.place in names else finding


def _filled(command: tuple[str, ...], image: ImageRef, archive: Callable[[], Path]) -> list[str]:
    """Only whole arguments are placeholders: nothing of a reference is ever read as an option."""
    values = {_IMAGE: lambda: str(image), _ARCHIVE: lambda: str(archive())}
    argv = [values[argument]() if argument in values else argument for argument in command]
    return argv if values.keys() & set(command) else [*argv, str(image)]


def _refuse_archive(image: ImageRef) -> Path:
    raise UsageError(
        f"there is no archive of {image}, which is in the registry",
        where="helmforge.yaml scan.command",
        hint="with scan.delta the scanner must take {image}, or be trivy or grype",
    )
