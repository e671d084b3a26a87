"""What is going to happen, as values: step types and the graph of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.names import ServiceName
    from helmforge.domain.oci import Digest, Repository
    from helmforge.domain.settings import Environment, Service


@dataclass(frozen=True)
class Step:
    """One thing to do for one service. `verb` names the kind in ids, events and documentation."""

    verb: ClassVar[str]
    service: Service

    @property
    def id(self) -> str:
        return f"{self.service.name}/{self.verb}"

    @property
    def title(self) -> str:
        return self.verb.replace("-", " ")


@dataclass(frozen=True)
class RunTests(Step):
    verb = "test"

    @property
    def title(self) -> str:
        command = self.service.test.command
        return f"run {' '.join(command)}" if command else "run tests"


@dataclass(frozen=True)
class LintChart(Step):
    verb = "lint"
    environments: tuple[Environment, ...]

    @property
    def title(self) -> str:
        return "lint the chart"


@dataclass(frozen=True)
class RenderChart(Step):
    verb = "render"
    environments: tuple[Environment, ...]

    @property
    def title(self) -> str:
        return f"render the chart for {', '.join(e.name for e in self.environments)}"


@dataclass(frozen=True)
class CheckPolicy(Step):
    """Pod security and image rules over the rendered manifests of each environment."""

    verb = "policy"
    environments: tuple[Environment, ...]

    @property
    def title(self) -> str:
        return "check the chart against the policy"


@dataclass(frozen=True)
class CheckCluster(Step):
    """Before anything is published for an environment: its cluster answers, and is the right one."""

    verb = "cluster"
    environment: Environment

    @property
    def id(self) -> str:
        return f"{self.service.name}/{self.verb}-{self.environment.name}"

    @property
    def title(self) -> str:
        return f"reach the cluster of {self.environment.name}"


@dataclass(frozen=True)
class CheckProvenance(Step):
    """Before anything is published: the programs and the key of what environments ask of images are there."""

    verb = "provenance"
    artifact: Artifact

    @property
    def title(self) -> str:
        return "check the programs and the key of provenance"


@dataclass(frozen=True)
class BuildImage(Step):
    """`published` says that a registry may have this image already, so that nothing need be built."""

    verb = "build"
    artifact: Artifact
    published: bool

    @property
    def title(self) -> str:
        return f"build {self.artifact.image}"


@dataclass(frozen=True)
class ScanImage(Step):
    """`published` as in BuildImage: what is published was scanned before it was pushed. `alone`: production
    is not asked what it has already.
    """

    verb = "scan"
    artifact: Artifact
    published: bool
    alone: bool = False

    @property
    def title(self) -> str:
        return f"scan {self.artifact.image}"


@dataclass(frozen=True)
class ClaimVersion(Step):
    verb = "claim"
    artifact: Artifact

    @property
    def title(self) -> str:
        return f"claim {self.artifact.claim_tag} for {self.artifact.commit[:12]}"


@dataclass(frozen=True)
class PushImage(Step):
    verb = "push-image"
    artifact: Artifact

    @property
    def title(self) -> str:
        return f"push {self.artifact.image}"


@dataclass(frozen=True)
class AttestImage(Step):
    """Attach to the pushed image what is in it, how it was built (from the branch `ref`), and a signature."""

    verb = "attest"
    artifact: Artifact
    ref: str

    @property
    def title(self) -> str:
        return f"attach provenance to {self.artifact.image}"


@dataclass(frozen=True)
class PackageChart(Step):
    verb = "package"
    artifact: Artifact

    @property
    def title(self) -> str:
        return f"package chart {self.service.name}-{self.artifact.chart_version}.tgz"


@dataclass(frozen=True)
class PushChart(Step):
    verb = "push-chart"
    artifact: Artifact

    @property
    def title(self) -> str:
        return f"push oci://{self.artifact.chart}"


@dataclass(frozen=True)
class Deploy(Step):
    """`helm upgrade --install` of the pushed chart, with the image pulled from `repository`.

    `chart` pins the chart that was approved or ran before; None takes what the artifact's tag names.
    `action` (deploy, promote, rollback) is for the record, as is `own_chart`: the artifact's chart is not
    where releases push it.
    """

    verb = "deploy"
    artifact: Artifact
    environment: Environment
    repository: Repository
    chart: Digest | None = None
    action: str = "deploy"
    approvals: tuple[str, ...] = ()
    own_chart: bool = False

    @property
    def id(self) -> str:
        return f"{self.service.name}/{self.verb}-{self.environment.name}"

    @property
    def title(self) -> str:
        namespace = self.environment.namespace_of(self.service)
        return f"deploy {self.artifact.version} to {self.environment.name} (namespace {namespace})"


@dataclass(frozen=True)
class PlannedStep:
    step: Step
    needs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.step.id


@dataclass(frozen=True)
class Plan:
    """Steps in an order that respects `needs`. Chains of different services are independent."""

    steps: tuple[PlannedStep, ...] = ()

    def __iter__(self) -> Iterator[PlannedStep]:
        return iter(self.steps)

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.steps + other.steps)

    @property
    def by_service(self) -> Mapping[ServiceName, list[PlannedStep]]:
        found: dict[ServiceName, list[PlannedStep]] = {}
        for planned in self.steps:
            found.setdefault(planned.step.service.name, []).append(planned)
        return found


def chain(*steps: Step) -> Plan:
    """A plan in which each step needs the one before it."""
    planned = []
    before: tuple[str, ...] = ()
    for step in steps:
        planned.append(PlannedStep(step, before))
        before = (step.id,)
    return Plan(tuple(planned))
