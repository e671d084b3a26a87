"""trivy: `trivy image --format json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.adapters.scanner.texts import first_line, word
from helmforge.domain.scanning import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helmforge.domain.oci import ImageRef

_SCHEMA = 2


def arguments(program: str, rest: tuple[str, ...]) -> list[str]:
    own = rest[1:] if rest[:1] == ("image",) else rest
    return [program, "image", "--quiet", "--format", "json", "--exit-code", "0", *own]


def of_archive(program: str, rest: tuple[str, ...], archive: Path) -> list[str]:
    return [*arguments(program, rest), "--input", str(archive)]


def of_registry(program: str, rest: tuple[str, ...], image: ImageRef) -> list[str]:
    return [*arguments(program, rest), "--image-src", "remote", str(image)]


def environment(image: ImageRef) -> dict[str, str]:
    return {"TRIVY_NON_SSL": "true"} if image.repository.registry.plain_http else {}


def findings(report: dict[str, Any]) -> Iterator[Finding]:
    """Schema 2. `Results` is left out when nothing was found; what was looked at never is."""
    if report["SchemaVersion"] != _SCHEMA:
        raise ValueError(f"trivy's schema {report['SchemaVersion']} is not known")
    if not report["ArtifactName"]:
        raise ValueError("the report does not say what was looked at")
    for result in report.get("Results") or []:
        yield from map(_vulnerability, result.get("Vulnerabilities") or [])
        for entry in result.get("Secrets") or []:
            yield _other(entry["RuleID"], entry, result, "secret: ")
        for entry in result.get("Misconfigurations") or []:
            if entry.get("Status", "FAIL") == "FAIL":
                yield _other(entry["ID"], entry, result, "")


def _vulnerability(entry: dict[str, Any]) -> Finding:
    return Finding(
        word(entry["VulnerabilityID"]),
        word(entry["Severity"]).upper(),
        package=word(entry["PkgName"]),
        version=word(entry["InstalledVersion"]),
        fixed=word(entry.get("FixedVersion") or ""),
        message=first_line(entry.get("Title") or ""),
        aliases=tuple(word(alias) for alias in entry.get("VendorIDs") or []),
    )


def _other(name: object, entry: dict[str, Any], result: dict[str, Any], kind: str) -> Finding:
    message = kind + first_line(entry.get("Title") or "")
    return Finding(word(name), word(entry["Severity"]).upper(), place=word(result["Target"]), message=message)
