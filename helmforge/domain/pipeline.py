"""Which steps a Git event means for each affected service: the table of the release flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helmforge.domain.artifact import by_commit, released
from helmforge.domain.build_permissions import permitted_build
from helmforge.domain.event import Flow
from helmforge.domain.plan import (
    AttestImage,
    BuildImage,
    CheckCluster,
    CheckPolicy,
    CheckProvenance,
    ClaimVersion,
    Deploy,
    LintChart,
    PackageChart,
    Plan,
    PushChart,
    PushImage,
    RenderChart,
    RunTests,
    ScanImage,
    chain,
)
from helmforge.domain.settings import DeployWhen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.names import EnvironmentName
    from helmforge.domain.plan import (
        Step,
    )
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.domain.version import Version


@dataclass(frozen=True)
class Change:
    """What a pipeline is about: the flow, the commit to work on, and the version of a release branch.

    `fork`: it comes from somebody else's repository, and the CI gives it no secrets.
    """

    flow: Flow
    commit: str
    version: Version | None = None
    fork: bool = False


def plan_pipeline(settings: Settings, change: Change, services: Sequence[Service]) -> Plan:
    """One chain of steps per service; the chains are independent of each other."""
    chains = (chain(*_steps(settings, change, service)) for service in services)
    return Plan(tuple(planned for plan in chains for planned in plan))


def promotions(settings: Settings, version: Version | None) -> tuple[EnvironmentName, ...]:
    """The environments behind an approval that a release of `version` may go to, in order."""
    prerelease = version is not None and version.prerelease
    return tuple(
        environment.name
        for environment in settings.environments
        if environment.deploy is DeployWhen.ON_APPROVAL and (environment.prereleases or not prerelease)
    )


def withheld(settings: Settings, change: Change) -> tuple[str, ...]:
    """What is not even tried because it takes secrets that a fork does not have, and why."""
    if not change.fork:
        return ()
    fork = "a pull request from a fork has no secrets"
    delta = f"{fork}: the scan does not ask what production has, every finding counts"
    return (
        f"{fork}: nothing is pushed and nothing deployed",
        *((delta,) if settings.scan.command and settings.scan.delta else ()),
    )


def artifact_of(settings: Settings, change: Change, service: Service) -> Artifact:
    if change.version is None:
        return by_commit(settings, service.name, change.commit)
    return released(settings, service.name, change.version, change.commit)


def _steps(settings: Settings, change: Change, service: Service) -> list[Step]:
    artifact = artifact_of(settings, change, service)
    targets = _targets(settings, change)
    steps: list[Step] = [
        RunTests(service),
        LintChart(service, settings.environments),
        RenderChart(service, settings.environments),
    ]
    if change.flow is Flow.FEATURE:
        return steps
    publishes = change.flow is Flow.RELEASE or bool(targets)
    steps.append(CheckPolicy(service, settings.environments))
    if not service.has_image:
        return steps
    steps += [
        *(CheckCluster(service, target) for target in targets),
        *([CheckProvenance(service, artifact)] if publishes and _asks_for_provenance(settings) else []),
        BuildImage(
            replace(service, build=permitted_build(settings, change, service)), artifact, published=publishes
        ),
        ScanImage(service, artifact, published=publishes, alone=change.fork),
    ]
    if change.flow is Flow.RELEASE:
        steps.append(ClaimVersion(service, artifact))
    if publishes:
        steps += [
            PushImage(service, artifact),
            AttestImage(service, artifact, _ref(settings, change, service)),
            PackageChart(service, artifact),
            PushChart(service, artifact),
        ]
    steps += [Deploy(service, artifact, target, target.images.repository(service.name)) for target in targets]
    return steps


def _asks_for_provenance(settings: Settings) -> bool:
    asked = any(environment.provenance.demanding for environment in settings.environments)
    return asked or settings.provenance.sign is not None


def _ref(settings: Settings, change: Change, service: Service) -> str:
    """The branch that is published, in full."""
    if change.version is None:
        return f"refs/heads/{settings.trunk}"
    return f"refs/heads/{settings.branches.release.format(service=service.name, version=change.version.tag)}"


def _targets(settings: Settings, change: Change) -> tuple[Environment, ...]:
    when = {Flow.TRUNK: DeployWhen.ON_TRUNK, Flow.RELEASE: DeployWhen.ON_RELEASE}.get(change.flow)
    prerelease = change.version is not None and change.version.prerelease
    return tuple(
        environment
        for environment in settings.environments
        if environment.deploy is when and (environment.prereleases or not prerelease)
    )
