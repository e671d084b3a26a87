"""Gathering a brief from a world of a few answers, each of which may fail alone."""

from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.brief import Unknown
from helmforge.domain.cluster import PodRestarts, ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.git import AnnotatedTag, Commit, Person
from helmforge.domain.names import EnvironmentName
from helmforge.domain.oci import Descriptor, Digest, Manifest
from helmforge.domain.provenance.policy import ProvenancePolicy
from helmforge.domain.scanning import Finding
from helmforge.domain.settings import Cluster, DeployWhen, Environment, ImageNamespace, Scan
from helmforge.domain.version import Version
from helmforge.errors import RefusedError, StoppedError, ToolError, UnreachableError, UsageError
from helmforge.flows.release.brief import prepare
from tests.flows.releases import PROD, REGISTRY, SETTINGS, service, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.brief import Brief
    from helmforge.domain.cluster import ReleaseKey
    from helmforge.domain.oci import ImageRef

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OLD, NEW = "a" * 40, "b" * 40
ADA, BOB = Person("Ada", "ada@example.com"), Person("Bob", "bob@example.com")
QA = Environment(
    EnvironmentName("qa"), Cluster("dev"), "shop-qa", DeployWhen.ON_RELEASE, ImageNamespace(REGISTRY)
)
GATE = replace(PROD, approvals=ApprovalPolicy(required=2))
FOUND = replace(SETTINGS, environments=(QA, GATE), scan=Scan(("trivy",)))
DOWN = UnreachableError("the cluster does not answer", why="dial tcp 10.0.0.1:6443: i/o timeout\nand more")
PARTS = (
    "running",
    "changes",
    "difference",
    "lone_keys",
    "image",
    "findings",
    "before",
    "approvals",
    "outcome",
)


def digest(number: int) -> Digest:
    return Digest(f"sha256:{number:064d}")


IMAGES = {"1.0.0": digest(10), "1.1.0": digest(11), "1.1.0-rc.1": digest(11)}
CHARTS = {"1.0.0": digest(20), "1.1.0": digest(21), "1.1.0-rc.1": digest(21)}


def record(version: str, commit: str, repository: str = "r.example/live/shop") -> str:
    return DeploymentRecord(
        "shop", version, commit, CHARTS[version], IMAGES[version], repository, "promote"
    ).to_description()


def revision(description: str, status: str = "deployed", number: int = 1) -> ReleaseRevision:
    return ReleaseRevision(number, status, "shop", "9", NOW - timedelta(days=2), description)


def approval(person: Person, chart: str = CHARTS["1.1.0"]) -> AnnotatedTag:
    name = f"approvals/prod/shop/1.1.0/{person.email}"
    document = {
        "schema": "helmforge.dev/approval/v1",
        "environment": "prod",
        "service": "shop",
        "version": "1.1.0",
        "image": IMAGES["1.1.0"],
        "chart": chart,
        "approver": person.email,
        "expires": (NOW + timedelta(days=1)).isoformat(),
    }
    return AnnotatedTag(name, name, NEW, person, NOW, json.dumps(document))


@dataclass
class Outside:
    """shop 1.0.0 in production, 1.1.0 in QA. `broken` maps the name of a method to what it raises."""

    folder: Path
    histories: dict[str, tuple[ReleaseRevision, ...]] = field(default_factory=dict)
    approvals: tuple[AnnotatedTag, ...] = ()
    broken: dict[str, Exception] = field(default_factory=dict)
    commits: frozenset[str] = frozenset({OLD, NEW})
    remote = "origin"

    def __post_init__(self) -> None:
        self.histories = {"dev": (revision(record("1.1.0", NEW)),), "prod": (revision(record("1.0.0", OLD)),)}

    def _may(self, name: str) -> None:
        if name in self.broken:
            raise self.broken[name]

    def now(self) -> datetime:
        return NOW

    def remote_refs(self, *patterns: str) -> dict[str, str]:
        return {}

    def fetch(self, *refs: str) -> None: ...

    def commit(self, rev: str) -> Commit | None:
        return Commit(rev, BOB, BOB, NOW, "x") if rev in self.commits else None

    def log(self, base: str | None, head: str, paths: Any = ()) -> tuple[Commit, ...]:
        self._may("log")
        assert "shop" in paths
        return (Commit(NEW, BOB, BOB, NOW, "Say hello"),) if head == NEW else ()

    def aliases(self, known: object, revision: str) -> dict[str, str]:
        return {}

    def tags(self, *prefixes: str, lightweight: bool = False) -> tuple[AnnotatedTag, ...]:
        if prefixes[0].startswith("approvals/"):
            return self.approvals
        claimed = (f"shop/{version}" for version in IMAGES)
        return tuple(AnnotatedTag(one, one, NEW, BOB, NOW, "") for one in claimed if one in prefixes)

    def resolve(self, ref: ImageRef) -> Descriptor | None:
        found = (CHARTS if "charts/" in str(ref) else IMAGES).get(ref.tag or "")
        return Descriptor("", found, 1) if found else None

    def referrers(self, _: ImageRef, __: str) -> tuple[Descriptor, ...]:
        return ()

    def manifest(self, ref: ImageRef) -> Manifest | None:
        assert ref.digest
        number = int(ref.digest[7:])
        if "charts/" in str(ref):
            layer = {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": ref.digest}
            return Manifest(json.dumps({"layers": [layer]}).encode(), "", ref.digest)
        self._may("image")
        blobs = [{"digest": "config", "size": 1}, {"digest": str(number), "size": number}]
        return Manifest(json.dumps({"config": blobs[0], "layers": blobs[1:]}).encode(), "", ref.digest)

    def blob(self, repository: object, digest: Digest) -> bytes:
        return digest.encode()

    def members(self, archive: bytes) -> dict[str, bytes]:
        chart = archive.decode()
        image = IMAGES["1.0.0" if chart == CHARTS["1.0.0"] else "1.1.0"]
        return {
            "values.yaml": f"image: {{digest: '{image}'}}".encode(),
            "values-prod.yaml": b"only: here",
            "values-qa.yaml": b"",
        }

    def history(self, key: ReleaseKey) -> tuple[ReleaseRevision, ...]:
        self._may(f"history {key.cluster.context}")
        return self.histories[key.cluster.context]

    def template(self, chart: Path, values: tuple[Path, ...], name: str, namespace: str) -> str:
        self._may("template")
        given = [json.loads(file.read_text(encoding="utf-8")) for file in values if file.name == "image.yaml"]
        assert [file.name for file in values] == ["values.yaml", "image.yaml"]
        pinned = {"kind": "ConfigMap", "metadata": {"name": name}, "data": given[0]["image"]}
        test = {"kind": "Pod", "metadata": {"name": "t", "annotations": {"helm.sh/hook": "test"}}}
        return f"{json.dumps(pinned)}\n---\n{json.dumps(test)}\n"

    def restarts(self, key: ReleaseKey) -> tuple[PodRestarts, ...]:
        self._may("restarts")
        return (PodRestarts("shop-1", ready=True, restarts=3),)

    def scan_published(self, scan: Scan, image: ImageRef, folder: Path, log: object) -> tuple[Finding, ...]:
        self._may("scan_published")
        new = image.digest == IMAGES["1.1.0"]
        return (Finding("NEW" if new else "OLD", "HIGH"), Finding("BOTH", "HIGH"))

    @property
    def root(self) -> Path:
        return self.folder

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path)


def briefed(outside: Outside, version: str = "1.1.0", environment: Environment = GATE) -> Brief:
    ports = ("git", "registry", "helm", "kubernetes", "scanner", "archives", "clock")
    around = replace(world(outside, *ports), workspace=outside.workspace)
    return prepare(around, FOUND, service(), Version.parse(version), environment)


def unknown(brief: Brief) -> set[str]:
    return {name for name in PARTS if isinstance(getattr(brief, name), Unknown)}


def test_everything_that_can_be_known(outside: Outside) -> None:
    outside.approvals = (approval(ADA), approval(BOB), approval(Person("Eve", "eve@example.com"), digest(99)))
    found: Any = briefed(outside)
    assert unknown(found) == set()
    assert (found.running.version, found.running.commit) == ("1.0.0", OLD)
    assert ([one.oid for one in found.changes.commits], found.changes.lost) == ([NEW], ())
    (changed,) = found.difference.objects
    assert "+  repository: r.example/live/shop" not in changed.lines
    assert [line for line in changed.lines if line[0] == "+"] == [
        f"+  digest: {IMAGES['1.1.0']}",
        "+  tag: 1.1.0",
    ]
    assert [(one.environment, one.key) for one in found.lone_keys] == [("prod", "only")]
    assert (found.image.size, found.image.before) == (12, 11)
    assert [one.finding.id for one in found.findings.added] == ["NEW"]
    assert [one.id for one in found.findings.removed] == ["OLD"]
    assert (found.before.environment, found.before.same, found.before.pods[0].restarts) == ("qa", True, 3)
    assert found.approvals.valid == ("approvals/prod/shop/1.1.0/ada@example.com",)
    reasons = dict(found.approvals.rejected)
    assert "is an author" in reasons["approvals/prod/shop/1.1.0/bob@example.com"]
    assert "it is for chart" in reasons["approvals/prod/shop/1.1.0/eve@example.com"]
    assert found.approvals.remaining == 1
    assert len(found.outcome.steps) == 3
    assert found.outcome.undo == "helmforge release rollback shop 1.0.0 --env prod"


def test_production_that_cannot_be_asked(outside: Outside) -> None:
    outside.broken["history prod"] = DOWN
    found: Any = briefed(outside)
    assert unknown(found) == {"running", "changes", "difference"}
    assert found.running.why == "the cluster does not answer: dial tcp 10.0.0.1:6443: i/o timeout"
    assert found.changes.why == found.difference.why == "what runs in prod is not known"
    assert (found.image.size, found.image.before) == (12, None)
    assert (len(found.findings.added), found.findings.compared) == (2, False)
    assert "everybody who ever changed the service" in found.approvals.note
    assert isinstance(found.outcome.undo, Unknown)


ALONE = {
    "log": {"changes", "approvals"},
    "image": {"image"},
    "template": {"difference"},
    "scan_published": {"findings"},
    "history dev": {"before"},
    "restarts": set(),
}


@pytest.mark.parametrize("method", ALONE)
def test_one_part_fails_alone(outside: Outside, method: str) -> None:
    outside.broken[method] = ToolError("no", why="it broke")
    found = briefed(outside)
    assert unknown(found) == ALONE[method]
    parts = [getattr(found, name) for name in ALONE[method]]
    parts += [found.before.pods] if method == "restarts" and found.before else []  # type: ignore[union-attr]  # known
    assert {part.why for part in parts} == {"no: it broke"}


def test_what_helm_says_of_a_chart_names_no_secret(outside: Outside) -> None:
    why = "exit code 1\nError: execution error: password: hunter2-canary is too short\nUse --debug flag"
    outside.broken["template"] = ToolError("the chart does not render", why=why)
    found: Any = briefed(outside)
    assert found.difference.why.startswith("the chart does not render: Error: execution error: password: ***")
    assert "canary" not in found.difference.why


def test_an_interruption_is_not_taken_for_a_missing_part(outside: Outside) -> None:
    outside.broken["template"] = StoppedError("interrupted")
    with pytest.raises(StoppedError):
        briefed(outside)


def test_nothing_in_production(outside: Outside) -> None:
    outside.histories["prod"] = ()
    found: Any = briefed(outside)
    assert unknown(found) == set()
    assert (found.running.version, found.changes.since, found.difference.since) == ("", "", "")
    assert [one.action for one in found.difference.objects] == ["added"]
    assert (found.image.before, found.findings.compared, found.outcome.undo) == (None, False, "")


def test_deployed_by_hand(outside: Outside) -> None:
    outside.histories["prod"] = (revision("Upgrade complete"),)
    found: Any = briefed(outside)
    assert unknown(found) == {"changes", "difference"}
    assert (found.running.version, found.running.commit) == ("9", "")
    assert "deployed by hand" in found.changes.why
    assert isinstance(found.outcome.undo, Unknown)


def test_a_commit_that_is_not_in_this_clone(outside: Outside) -> None:
    outside.commits = frozenset({NEW})
    found: Any = briefed(outside)
    assert unknown(found) == {"changes"}
    assert found.changes.why == f"commit {OLD[:12]}, which runs in prod, is not in this clone"


def test_it_runs_already(outside: Outside) -> None:
    outside.histories["prod"] = (revision(record("1.1.0", NEW)),)
    found: Any = briefed(outside)
    assert found.difference.objects == ()
    assert found.outcome.undo == "helmforge release rollback shop --env prod"


def test_a_record_with_hostile_names(outside: Outside) -> None:
    hostile = json.loads(record("1.0.0", OLD).removeprefix("helmforge "))
    hostile |= {
        "version": "1.0.0; rm -rf /",
        "chart": "../../x",
        "image": "$(id)",
        "repository": "r.example/../x",
    }
    outside.histories["prod"] = (revision("helmforge " + json.dumps(hostile)),)
    found: Any = briefed(outside)
    assert unknown(found) == {"difference"}
    assert found.image.before is None
    assert found.outcome.undo == "helmforge release rollback shop --env prod"


def test_a_prerelease_says_that_it_is_refused(outside: Outside) -> None:
    finals = replace(GATE, prereleases=False)
    found: Any = briefed(outside, "1.1.0-rc.1", finals)
    assert found.outcome.obstacles == ("1.1.0-rc.1 is a prerelease and may not go to prod",)
    assert briefed(outside, "1.1.0", finals).outcome == briefed(outside).outcome


def test_what_would_refuse_the_promotion_whoever_approves(outside: Outside) -> None:
    policy = replace(GATE.approvals, hold=True, soak=timedelta(days=9))
    strict = replace(GATE, approvals=policy, provenance=ProvenancePolicy(slsa=True))
    found: Any = briefed(outside, "1.1.0", strict)
    held, early, bare = found.outcome.obstacles
    assert held == "prod is on hold"
    assert early.startswith("shop has not run long enough in qa: ")
    assert bare.startswith("shop 1.1.0 lacks the provenance that prod asks for: no provenance of ")


@pytest.mark.parametrize(
    ("version", "environment", "error"), [("9.9.9", GATE, RefusedError), ("1.1.0", QA, UsageError)]
)
def test_what_fails_as_a_whole(
    outside: Outside, version: str, environment: Environment, error: type[Exception]
) -> None:
    with pytest.raises(error):
        briefed(outside, version, environment)
