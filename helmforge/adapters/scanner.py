"""Runs the configured image scanner and judges what it found."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from helmforge.errors import StepError, ToolError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from helmforge.adapters.process import Runner
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.settings import Scan
    from helmforge.flows.ports import Log

SEVERITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
_TIMEOUT_SECONDS = 600.0
_IMAGE, _ARCHIVE = "{image}", "{archive}"
_SHOWN = 20
_LONGEST_MESSAGE = 200
# SARIF 2.1.0, section 3.11.5: `{0}` stands for an argument, braces for themselves are doubled
_PARTS = re.compile(r"\{\{|\}\}|\{(\d{1,4})\}")
# GitHub's reading of `security-severity`, a CVSS score, in SARIF: below the number is the word
_SCORES = ((0.1, "NONE"), (4.0, "LOW"), (7.0, "MEDIUM"), (9.0, "HIGH"))
_LEVELS = {"error": "HIGH", "warning": "MEDIUM", "note": "LOW"}


@dataclass(frozen=True)
class Finding:
    """`fixed` is the version that mends it: empty when there is none, None when the report cannot say."""

    id: str
    package: str
    version: str
    fixed: str | None
    severity: str
    message: str = ""

    def __str__(self) -> str:
        package = f" {self.package} {self.version}".rstrip()
        subject = f"{self.severity} {self.id}{package}"
        if self.fixed is None:
            return f"{subject}: {self.message}" if self.message else subject
        return f"{subject} (fixed in {self.fixed})" if self.fixed else f"{subject} (no fix)"


class CommandScanner:
    """trivy and grype read an archive of the image, since they cannot look into every builder's store,
    and are asked for JSON. Any other command must print SARIF 2.1.0; it gets the image's reference
    for `{image}` and the archive's path for `{archive}`, or the reference as its last argument.
    """

    def __init__(self, runner: Runner, root: Path | None = None) -> None:
        self._runner = runner
        self._root = root  # of the repository: commands and files are named from there

    def scan(self, scan: Scan, image: ImageRef, archive: Callable[[], Path], log: Log) -> None:
        if not scan.command:
            raise UsageError("no image scanner is configured", where="helmforge.yaml scan.command")
        threshold = _threshold(scan)
        findings = self._findings(scan, image, archive, log)
        bad = [finding for finding in findings if _rank(finding.severity) >= threshold]
        log(f"{scan.command[0]}: {len(findings)} findings, {len(bad)} at or above {scan.severity}")
        if bad:
            bad.sort(key=lambda finding: (-_rank(finding.severity), finding.id))
            rest = [f"and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
            raise StepError(
                f"the scan of {image} found {len(bad)} at or above {scan.severity}",
                why="\n".join([*map(str, bad[:_SHOWN]), *rest]),
                hint="update the packages or the base image, and take secrets out of the image",
            )

    def _findings(self, scan: Scan, image: ImageRef, archive: Callable[[], Path], log: Log) -> list[Finding]:
        argv, read = _plan(scan, image, archive)
        what = f"the image scanner failed on {image}"
        completed = self._runner.check(argv, what=what, timeout=_TIMEOUT_SECONDS, cwd=self._root)
        for line in completed.err.splitlines():
            log(line)
        try:
            return list(read(json.loads(completed.out)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ToolError(
                f"the image scanner {argv[0]} printed a report that cannot be read",
                why=f"{type(error).__name__}: {error}; it begins with {completed.out[:80]!r}",
            ) from error


def _plan(
    scan: Scan, image: ImageRef, archive: Callable[[], Path]
) -> tuple[list[str], Callable[[Any], Iterator[Finding]]]:
    program, *rest = scan.command
    if PurePath(program).name == "trivy":
        severities = ",".join(SEVERITIES[_threshold(scan) :])
        argv = [program, "image", "--quiet", "--format", "json", "--severity", severities, "--exit-code", "0"]
        argv += ["--ignorefile", scan.ignore_file] if scan.ignore_file else []
        return [*argv, *(rest[1:] if rest[:1] == ["image"] else rest), "--input", str(archive())], _trivy
    if PurePath(program).name == "grype":
        # Its accepted findings are the `ignore:` rules of a configuration file
        rules = ["--config", scan.ignore_file] if scan.ignore_file else []
        argv = [program, f"docker-archive:{archive()}", "--quiet", "--output", "json", *rules, *rest]
        return argv, _grype
    if scan.ignore_file:
        raise UsageError(
            f"{program} takes no scan.ignoreFile: only trivy and grype do",
            where="helmforge.yaml scan.ignoreFile",
            why="which option means it, and in which form, is the scanner's own",
            hint="leave it out, and give the file to the scanner in scan.command",
        )
    return _filled(scan.command, image, archive), _sarif


def _filled(command: tuple[str, ...], image: ImageRef, archive: Callable[[], Path]) -> list[str]:
    """Only whole arguments are placeholders: nothing of a reference is ever read as an option."""
    values = {_IMAGE: lambda: str(image), _ARCHIVE: lambda: str(archive())}
    argv = [values[argument]() if argument in values else argument for argument in command]
    return argv if values.keys() & set(command) else [*argv, str(image)]


def _rank(severity: str) -> int:
    """Position in SEVERITIES; -1 for scanners' words such as UNKNOWN or NEGLIGIBLE."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _threshold(scan: Scan) -> int:
    if scan.severity not in SEVERITIES:
        raise UsageError(
            f"{scan.severity!r} is not a severity",
            where="helmforge.yaml scan.severity",
            hint=f"choose one of: {', '.join(SEVERITIES)}",
        )
    return SEVERITIES.index(scan.severity)


def _trivy(report: dict[str, Any]) -> Iterator[Finding]:
    """`trivy image --format json`, schema 2. `Results` is left out when nothing was found."""
    if report["SchemaVersion"] != 2:  # noqa: PLR2004 - the only one there is
        raise ValueError(f"trivy's schema {report['SchemaVersion']} is not known")
    for result in report.get("Results") or []:
        for entry in result.get("Vulnerabilities") or []:
            fixed = entry.get("FixedVersion", "")
            yield Finding(
                entry["VulnerabilityID"],
                entry["PkgName"],
                entry["InstalledVersion"],
                fixed,
                entry["Severity"],
            )
        for entry in result.get("Secrets") or []:
            title = _first_line(entry.get("Title") or "")
            yield Finding(
                entry["RuleID"], f"secret in {result['Target']}", "", None, entry["Severity"], title
            )


def _grype(report: dict[str, Any]) -> Iterator[Finding]:
    for match in report["matches"]:
        entry, artifact = match["vulnerability"], match["artifact"]
        fixed = ", ".join((entry.get("fix") or {}).get("versions") or [])
        yield Finding(entry["id"], artifact["name"], artifact["version"], fixed, entry["severity"].upper())


def _sarif(report: dict[str, Any]) -> Iterator[Finding]:
    """SARIF 2.1.0, section 3.27. A report without a run is no scan."""
    if not report["runs"]:
        raise ValueError("the report has no runs")
    for run in report["runs"]:
        rules = run["tool"]["driver"].get("rules") or []
        for result in run.get("results") or []:
            if result.get("kind", "fail") in {"pass", "notApplicable", "informational"}:
                continue
            rule = _rule(result, rules)
            name = result.get("ruleId") or rule.get("id") or "finding"
            severity = _sarif_severity(result, rule)
            yield Finding(name, _place(result), "", None, severity, _message(result, rule))


def _rule(result: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    index = result.get("ruleIndex", -1)
    if 0 <= index < len(rules):
        return dict(rules[index])
    return next((dict(rule) for rule in rules if rule.get("id") == result.get("ruleId")), {})


def _message(result: dict[str, Any], rule: dict[str, Any]) -> str:
    """Section 3.11.7: the text stands in the result, or in the rule under the message's id."""
    message = result.get("message") or {}
    stored = (rule.get("messageStrings") or {}).get(message.get("id")) or {}
    text = message.get("text") or stored.get("text") or (rule.get("shortDescription") or {}).get("text") or ""
    arguments = message.get("arguments") or []

    def filled(part: re.Match[str]) -> str:
        if part[1] is None:
            return part[0][0]
        return str(arguments[int(part[1])]) if int(part[1]) < len(arguments) else part[0]

    return _first_line(_PARTS.sub(filled, text) if arguments else text)


def _first_line(text: str) -> str:
    """The first line with words in it, as one line that a terminal shows as it is."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    plain = "".join(char if char.isprintable() else " " for char in line)
    return f"{plain[:_LONGEST_MESSAGE]}…" if len(plain) > _LONGEST_MESSAGE else plain


def _sarif_severity(result: dict[str, Any], rule: dict[str, Any]) -> str:
    """The rule's CVSS score when it has one, else the level; both default as the specification says."""
    properties = {**(rule.get("properties") or {}), **(result.get("properties") or {})}
    score = properties.get("security-severity")
    if score is not None:
        return next((severity for limit, severity in _SCORES if float(score) < limit), "CRITICAL")
    default = (rule.get("defaultConfiguration") or {}).get("level", "warning")
    return _LEVELS.get(result.get("level", default), "UNKNOWN")


def _place(result: dict[str, Any]) -> str:
    for location in result.get("locations") or []:
        uri = location.get("physicalLocation", {}).get("artifactLocation", {}).get("uri")
        if uri:
            return str(uri)
    return ""
