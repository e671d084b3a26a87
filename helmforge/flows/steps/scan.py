"""The step that looks for known flaws in an image, and the gate that it is."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.domain.scanning import Standing, judge
from helmforge.domain.waivers import unused
from helmforge.errors import FindingsError
from helmforge.flows.scan_reports import ScanReport, remove_reports, write_reports
from helmforge.flows.step_runners import Nothing
from helmforge.flows.steps.scan_policy import ScanPolicy
from helmforge.flows.steps.scan_production import Production

if TYPE_CHECKING:
    from helmforge.domain.artifact import Artifact
    from helmforge.domain.plan import ScanImage
    from helmforge.domain.scanning import Finding, Verdict
    from helmforge.domain.settings import Scan, Settings
    from helmforge.flows.events import Facts
    from helmforge.flows.ports import Log
    from helmforge.flows.steps.image import Images
    from helmforge.flows.world import World

_SHOWN = 20


@dataclass
class Scans:
    """Of one run. `reports` is a folder, or None when nobody wants them."""

    world: World
    images: Images
    settings: Settings
    work: Path
    reports: Path | None = None
    _found: dict[str, tuple[Finding, ...] | None] = field(default_factory=dict, init=False)
    _rules: ScanPolicy = field(init=False)
    _production: Production = field(init=False)

    def __post_init__(self) -> None:
        self._rules = ScanPolicy(self.world, self.settings, self.work, threading.Lock())
        self._production = Production(self.world, self.settings)

    def scan(self, step: ScanImage, log: Log) -> Facts | Nothing:
        if not self._scan.command:
            return Nothing("no scanner configured (helmforge.yaml: scan.command)")
        if step.published and self.images.published(step.artifact):
            return Nothing("already published: it was scanned before its push")
        if self.reports:
            remove_reports(self.reports, step.service.name)  # those of an earlier run speak of another image
        self._found[step.service.name] = None
        findings = self._findings(step.artifact, log)
        verdict = self._judge(step, findings, log)
        self._found[step.service.name] = findings
        scanner = Path(self._scan.command[0]).name
        if self.reports:
            place = (step.service.name, step.service.build.dockerfile, str(step.artifact.image))
            write_reports(self.reports, ScanReport(*place, scanner, self._scan.severity, verdict))
            log(f"report: {self.reports / step.service.name}.txt, .json, .sarif, .html")
        self._tell(verdict, scanner, log)
        self._demand_none(verdict, step)
        return _facts(verdict, scanner, self._scan.severity)

    def notes(self) -> tuple[str, ...]:
        """What only all images of the run together can tell. Ask when it is over."""
        if not any(found is not None for found in self._found.values()):
            return ()
        names = ", ".join(sorted(self._found))
        return tuple(
            f"unused waiver: {waiver}; no finding in {names} needs it"
            for waiver in unused(self._rules.waivers(), self._found)
        )

    @property
    def _scan(self) -> Scan:
        return self.settings.scan

    def _judge(self, step: ScanImage, findings: tuple[Finding, ...], log: Log) -> Verdict:
        """Production is asked about only when the answer matters: that takes a scan of its own."""
        waivers = [one for one in self._rules.waivers() if one.concerns(step.service.name)]
        decide = partial(judge, findings, self._scan.severity, waivers, self.world.clock.now().date())
        verdict = decide()
        if not self._scan.delta or not verdict.blocking:
            return verdict
        if step.alone:
            log("a pull request from a fork has no access to production: every finding counts")
            return verdict
        return decide(known=self._production.findings(step.service, self._rules.folder(), log))

    def _findings(self, artifact: Artifact, log: Log) -> tuple[Finding, ...]:
        archive = self.work / f"{artifact.service}-image.tar"

        def export() -> Path:
            self.world.builder().export(artifact.image, archive)
            return archive

        try:
            return self.world.scanner.scan(self._scan, artifact.image, export, self._rules.folder(), log)
        finally:
            archive.unlink(missing_ok=True)

    def _tell(self, verdict: Verdict, scanner: str, log: Log) -> None:
        counts = Counter(one.standing for one in verdict.judged)
        parts = [f"{counts[standing]} {standing.value}" for standing in Standing if counts[standing]]
        log(f"{scanner}: {len(verdict.judged)} findings" + (f" ({', '.join(parts)})" if parts else ""))
        for one in verdict.judged:
            if one.standing is Standing.WAIVED:
                log(f"waived: {one.finding}; {one.waiver}")
            elif one.standing is Standing.KNOWN:
                log(f"in production already: {one.finding}")

    def _demand_none(self, verdict: Verdict, step: ScanImage) -> None:
        blocking = verdict.blocking
        if not blocking:
            return
        from helmforge.flows.steps.places import scan_annotations  # noqa: PLC0415 - failures only

        rest = [f"and {len(blocking) - _SHOWN} more"] if len(blocking) > _SHOWN else []
        new = " that production does not have" if self._scan.delta and not step.alone else ""
        raise FindingsError(
            f"the scan of {step.artifact.image} found {len(blocking)} at or above {self._scan.severity}{new}",
            why="\n".join([*map(str, blocking[:_SHOWN]), *rest]),
            hint="update the packages or the base image, and take secrets out of the image"
            + (f"; what must be borne for a time: {self._rules.name}" if self._scan.ignore_file else ""),
            annotations=scan_annotations(self.world.files, step.service.build, blocking[:_SHOWN]),
        )


def _facts(verdict: Verdict, scanner: str, severity: str) -> Facts:
    return {
        "scanner": scanner,
        "severity": severity,
        "findings": str(len(verdict.judged)),
        "waived": str(verdict.count(Standing.WAIVED)),
        "known": str(verdict.count(Standing.KNOWN)),
    }
