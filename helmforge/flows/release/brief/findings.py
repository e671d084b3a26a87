"""Known flaws of the image next to those of the one that runs, judged by the trunk's rules."""

from __future__ import annotations

import threading
from pathlib import PurePath
from typing import TYPE_CHECKING

from helmforge.domain.brief.findings import findings_change
from helmforge.domain.scanning import judge
from helmforge.errors import HelmforgeError, StepError, StoppedError
from helmforge.flows.release.brief.image import new_image, running_image
from helmforge.flows.steps.scan_policy import ScanPolicy

if TYPE_CHECKING:
    from helmforge.domain.brief.findings import FindingsChange
    from helmforge.domain.oci import ImageRef
    from helmforge.domain.scanning import Finding
    from helmforge.flows.release.brief.case import Case


def read_findings(case: Case) -> FindingsChange:
    """One image after the other: scanners lock their database."""
    scan = case.settings.scan
    if not scan.command:
        raise StepError("no scanner is configured (helmforge.yaml: scan.command)")
    policy = ScanPolicy(case.world, case.settings, case.work, threading.Lock())
    new = _scanned(case, policy, new_image(case))
    try:
        ref = running_image(case)
    except StoppedError:
        raise
    except HelmforgeError:
        ref = None
    old = _scanned(case, policy, ref) if ref else None
    waivers = [one for one in policy.waivers() if one.concerns(case.service.name)]
    verdict = judge(new, scan.severity, waivers, case.world.clock.now().date())
    return findings_change(PurePath(scan.command[0]).name, verdict, old)


def _scanned(case: Case, policy: ScanPolicy, image: ImageRef) -> tuple[Finding, ...]:
    return case.world.scanner.scan_published(case.settings.scan, image, policy.folder(), lambda _: None)
