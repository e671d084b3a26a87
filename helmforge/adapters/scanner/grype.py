"""grype: `grype --output json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.adapters.scanner.texts import first_line, word
from helmforge.domain.scanning import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.domain.oci import ImageRef


def of_archive(program: str, rest: tuple[str, ...], archive: Path) -> list[str]:
    return [program, f"docker-archive:{archive}", "--quiet", "--output", "json", *rest]


def of_registry(program: str, rest: tuple[str, ...], image: ImageRef) -> list[str]:
    return [program, f"registry:{image}", "--quiet", "--output", "json", *rest]


def environment(image: ImageRef) -> dict[str, str]:
    return {"GRYPE_REGISTRY_INSECURE_USE_HTTP": "true"} if image.repository.registry.plain_http else {}


def findings(report: dict[str, Any]) -> Iterator[Finding]:
    if not report["source"]:
        raise ValueError("the report does not say what was looked at")
    for match in report["matches"]:
        entry, artifact = match["vulnerability"], match["artifact"]
        related = match.get("relatedVulnerabilities") or []
        yield Finding(
            word(entry["id"]),
            word(entry["severity"]).upper(),
            package=word(artifact["name"]),
            version=word(artifact["version"]),
            fixed=word(", ".join((entry.get("fix") or {}).get("versions") or [])),
            message=first_line(entry.get("description") or ""),
            aliases=tuple(word(other["id"]) for other in related),
        )
