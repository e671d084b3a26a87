"""The file of accepted findings that scan.ignoreFile names: not valid, expired, for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge import config, yamlio
from helmforge.domain.findings import Finding, Place
from helmforge.domain.names import nearest
from helmforge.errors import ConfigError
from helmforge.flows.lint.files import of_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from helmforge.domain.settings import Settings
    from helmforge.domain.waivers import Waiver
    from helmforge.flows.ports import Files
    from helmforge.yamlio.document import Document

_INVALID = "waivers/invalid"


def waiver_findings(
    files: Files, settings: Settings, services: Collection[str] | None, today: date
) -> tuple[Finding, ...]:
    """`services` are the names of all; None asks for nothing but whether the file is valid."""
    name = settings.scan.ignore_file
    if not name:
        return ()
    content = files.read(name)
    if content is None:
        reason, remedy = "scan.ignoreFile names this file, and it does not exist", "write it (`waivers: []`)"
        return (Finding(_INVALID, Place(name), reason, f"{remedy}, or take the key out"),)
    text = content.decode("utf-8", errors="replace")
    try:
        waivers = config.parse_waivers(text, name)
    except ConfigError as error:
        return tuple(of_lines(error, _INVALID, name))
    if services is None:
        return ()
    document = yamlio.parse(text, name)
    return (*_expired(document, waivers, today), *_for_nobody(document, waivers, services))


def _expired(document: Document, waivers: Sequence[Waiver], today: date) -> Iterator[Finding]:
    for index, waiver in enumerate(waivers):
        if not waiver.holds(today):
            key = ("waivers", index, "expires")
            reason = f"the waiver of {waiver.id} expired after {waiver.expires}: what it covers blocks again"
            remedy = f"ask {waiver.owner}: mend the finding and delete the waiver, or renew it"
            yield Finding("waivers/expired", _place(document, key), reason, remedy, key=_shown(key))


def _for_nobody(
    document: Document, waivers: Sequence[Waiver], services: Collection[str]
) -> Iterator[Finding]:
    for index, waiver in enumerate(waivers):
        for at, service in enumerate(waiver.services):
            if service in services:
                continue
            key = ("waivers", index, "services", at)
            guess = nearest(service, services)
            remedy = (
                f"did you mean {guess!r}?" if guess else "take it out of the waiver, or delete the waiver"
            )
            reason = f"there is no service {service!r}"
            yield Finding("waivers/service", _place(document, key), reason, remedy, key=_shown(key))


def _place(document: Document, key: tuple[str | int, ...]) -> Place:
    line, column = document.place_of(key) or (1, 1)
    return Place(document.name, line, column)


def _shown(key: tuple[str | int, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")
