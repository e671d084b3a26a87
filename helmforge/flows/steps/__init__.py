"""What each step type does: one literal table, made for one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain import plan, promotion_plan
from helmforge.flows.step_runners import Check, Effect
from helmforge.flows.steps.attestation import Attestations
from helmforge.flows.steps.chart import Charts
from helmforge.flows.steps.checks import Checks
from helmforge.flows.steps.claim import Claims
from helmforge.flows.steps.deploy import Deployments
from helmforge.flows.steps.image import Images
from helmforge.flows.steps.promotion import Promotions
from helmforge.flows.steps.provenance_check import ProvenanceChecks
from helmforge.flows.steps.scan import Scans
from helmforge.flows.steps.unit_tests import UnitTestRuns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helmforge.domain.settings import Settings
    from helmforge.flows.step_runners import StepRunners
    from helmforge.flows.world import World


@dataclass(frozen=True)
class Runners:
    """`notes` is what the steps have to tell when the run is over."""

    table: StepRunners
    notes: Callable[[], tuple[str, ...]]


def runners(world: World, settings: Settings, work: Path, reports: Path | None = None) -> Runners:
    """`work` is a temporary folder that lives as long as the run; `reports` is where those of scans and
    tests go.
    """
    claims = Claims(world.git)
    images = Images(world)
    tests = UnitTestRuns(world, reports)
    checks = Checks(world, work, settings)
    scans = Scans(world, images, settings, work, reports)
    attestations = Attestations(world, settings, images)
    charts = Charts(world, work, tuple(environment.name for environment in settings.environments))
    deployments = Deployments(world, work)
    promotions = Promotions(world)
    copy = Effect(promotions.probe_copy, promotions.copy, already="already the same bytes")
    table: StepRunners = {
        plan.RunTests: Check(tests.run),
        plan.LintChart: Check(checks.lint),
        plan.RenderChart: Check(checks.render),
        plan.CheckPolicy: Check(checks.policy),
        plan.ScanImage: Check(scans.scan),
        plan.CheckCluster: Check(deployments.reach),
        plan.CheckProvenance: Check(ProvenanceChecks(world, settings, attestations).check),
        plan.BuildImage: Effect(images.probe_build, images.build, images.built, already="already built"),
        plan.PushImage: Effect(images.probe_push, images.push, already="already in the registry"),
        plan.AttestImage: Effect(attestations.probe, attestations.act, already="already attached"),
        plan.ClaimVersion: Effect(claims.probe, claims.act, already="already claimed for this commit"),
        plan.PackageChart: Effect(
            charts.probe_package, charts.package, charts.packaged, already="already in the registry"
        ),
        plan.PushChart: Effect(charts.probe_push, charts.push, already="already in the registry"),
        promotion_plan.CopyImage: copy,
        promotion_plan.CopyChart: copy,
        promotion_plan.RecordPromotion: Effect(
            promotions.probe_record, promotions.record, already="already recorded"
        ),
        plan.Deploy: Effect(deployments.probe, deployments.act, already="already deployed"),
    }
    return Runners(table, lambda: (*scans.notes(), *attestations.notes()))
