"""The image and the values of a version in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helmforge.cli.brief.pieces import Outside, Section, Table, not_known, say
from helmforge.domain.brief import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.cli.brief.pieces import Block, Sentence
    from helmforge.domain.brief import Brief
    from helmforge.domain.brief.findings import FindingsChange
    from helmforge.domain.brief.image import ImageChange
    from helmforge.domain.scanning import Finding

_MOST = 50
_UNITS = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def image_section(brief: Brief) -> Section:
    image = brief.image
    return Section("Image", (not_known(image.why) if isinstance(image, Unknown) else _image(image),))


def _image(image: ImageChange) -> Sentence:
    where = (" (", Outside(image.platform), ")") if image.platform else ()
    if image.before is None:
        return say(f"{size(image.size)} compressed", *where, "; there is none to compare with")
    change = image.size - image.before
    sign = "+" if change >= 0 else "-"
    return say(
        f"{size(image.size)} compressed",
        *where,
        f", {sign}{size(abs(change))}: {size(image.added)} in {image.layers_added} new blobs, "
        f"{size(image.removed)} in {image.layers_removed} that go",
    )


def findings_section(brief: Brief) -> Section:
    findings = brief.findings
    if isinstance(findings, Unknown):
        return Section("Vulnerabilities", (not_known(findings.why),))
    return Section("Vulnerabilities", tuple(_findings(findings)))


def _findings(change: FindingsChange) -> Iterator[Block]:
    counts = f"{len(change.added)} added, {len(change.removed)} removed, {change.kept} in both"
    if not change.compared:
        counts = f"{len(change.added)} found; there is no image that runs to compare with"
    yield say(f"{counts}, says ", Outside(change.scanner))
    rows = [_row("added", one.finding, one.standing.value) for one in change.added[:_MOST]]
    rows += [_row("removed", one, "") for one in change.removed[:_MOST]]
    if rows:
        yield Table(("", "severity", "finding", "in", "fixed in", "status"), tuple(rows))
    if len(change.added) + len(change.removed) > len(rows):
        yield say(f"and {len(change.added) + len(change.removed) - len(rows)} more")


def _row(word: str, one: Finding, standing: str) -> tuple[str, ...]:
    fixed = "-" if one.fixed is None else one.fixed or "no fix"
    return word, Outside(one.severity), Outside(one.id), Outside(one.subject), Outside(fixed), standing


def values_section(brief: Brief) -> Section:
    keys = brief.lone_keys
    title = "Values that only one environment sets"
    if isinstance(keys, Unknown):
        return Section(title, (not_known(keys.why),))
    if not keys:
        return Section(title, (say("none"),))
    rows = tuple((one.environment, Outside(one.key)) for one in keys[:_MOST])
    rest = (say(f"and {len(keys) - _MOST} more"),) if len(keys) > _MOST else ()
    return Section(title, (Table(("environment", "key"), rows), *rest))


def size(number: int) -> str:
    """Bytes for people: `1.4 MiB`."""
    for unit, factor in _UNITS:
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} B"
