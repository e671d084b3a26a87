"""Links of `release verify` that no test can bring about in an emulated cluster: nodes and time."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.domain.approval import Approval, Subject
from helmforge.domain.chain import LinkStatus
from helmforge.domain.cluster import ReleaseKey, StoredRelease
from helmforge.domain.containers import Container
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.git import AnnotatedTag, Commit, Person
from helmforge.domain.names import Namespace
from helmforge.domain.oci import Digest, Manifest, RegistryHost, Repository
from helmforge.flows.release.links.case import Case
from helmforge.flows.release.links.helm import helm_release
from helmforge.flows.release.links.people import approvals
from helmforge.flows.release.links.pods import pods
from helmforge.flows.release.verify import verify_all
from helmforge.flows.steps.chart import PulledChart
from helmforge.flows.steps.deploy import CHART_LABEL, COMMIT_LABEL, label_of
from helmforge.flows.steps.deployed_files import image_values
from tests.flows.releases import IMAGE, PROD, SETTINGS, chart_of, history, record, service, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helmforge.domain.cluster import ReleaseRevision

MAIN = f"r.example/prod/shop:1.0.0@{IMAGE}"
APPROVER = "ada@example.com"
PLATFORM, CONFIG, OLD = (Digest(f"sha256:{digit * 64}") for digit in "234")
DEPLOYMENT = {
    "kind": "Deployment",
    "spec": {"template": {"spec": {"containers": [{"name": "shop", "image": MAIN}]}}},
}
THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Nodes:
    """A cluster, a chart and a registry that has one index with one platform."""

    containers_: tuple[Container, ...] = ()
    asked: list[str] = field(default_factory=list)

    def history(self, *_: object) -> tuple[ReleaseRevision, ...]:
        return history(("deployed", record("1.0.0")))

    def containers(self, *_: object) -> tuple[Container, ...]:
        return self.containers_

    def template(self, *_: object) -> str:
        return json.dumps(DEPLOYMENT)

    def manifest(self, ref: Any) -> Manifest | None:
        self.asked.append(str(ref))
        contents = {
            IMAGE: {"manifests": [{"digest": PLATFORM}]},
            PLATFORM: {"config": {"digest": CONFIG}},
        }
        found = contents.get(ref.digest)
        return Manifest(json.dumps(found).encode(), "", ref.digest) if found else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def case(outside: Any, *ports: str, folder: Path | None = None) -> Case:
    @contextlib.contextmanager
    def workspace() -> Iterator[Path]:
        yield folder or Path()

    revisions = tuple(replace(one, updated=THEN) for one in history(("deployed", record("1.0.0"))))
    parsed = DeploymentRecord.parse(revisions[0].description)
    assert parsed is not None
    parsed = replace(parsed, approvals=(f"approvals/prod/shop/1.0.0/{APPROVER}",))
    made = Case(
        replace(world(outside, *ports), workspace=workspace),
        *(SETTINGS, service(), PROD, ReleaseKey(PROD.cluster, Namespace("shop-prod"), "shop")),
        *(revisions, parsed),
    )
    vars(made)["chart"] = PulledChart(chart_of("1.0.0"), b"", {})
    return made


def judged(folder: Path, *containers: Container) -> tuple[LinkStatus, str, str]:
    link = pods(case(Nodes(containers), "helm", "kubernetes", "registry", folder=folder))
    return link.status, link.what, link.found


@dataclass
class Kept:
    """Helm, with what it reads in the values of a chart and what it keeps of the revision."""

    read: dict[str, object]
    kept: dict[str, object]

    def values(self, files: tuple[bytes, ...]) -> dict[str, object]:
        assert files[0] == b"of the chart"
        image: dict[str, object] = json.loads(files[1])
        return self.read | image

    def stored(self, *_: object) -> StoredRelease:
        labels = {COMMIT_LABEL: "c" * 40, CHART_LABEL: label_of(chart_of("1.0.0"))}
        image = image_values(Repository(RegistryHost("r.example"), "prod/shop"), "1.0.0", IMAGE)
        return StoredRelease(labels, {**self.kept, **image}, {})


def values_link(read: object, kept: object) -> tuple[LinkStatus, str]:
    found = case(Kept({"some": {"value": read}}, {"some": {"value": kept}}), "helm")
    vars(found)["chart"] = PulledChart(chart_of("1.0.0"), b"", {"values-prod.yaml": b"of the chart"})
    link = helm_release(found)
    return link.status, link.what


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        (420, 420.0),
        (1234567890123456800, 1.2345678901234568e18),
        (10**400, 10**400),
        (None, None),
        ([1, {"a": False}], [1, {"a": False}]),
    ],
)
def test_values_that_helm_keeps_in_another_form(read: object, kept: object) -> None:
    assert values_link(read, kept)[0] is LinkStatus.OK


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        (420, 421),
        (1, True),
        (0, False),
        (False, None),
        ("1", 1),
        (1234567890123456, 1234567890123457),
        (10**400, 1),
        (10**400, 10**400 + 1),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": None}, {}),
        ({}, []),
    ],
)
def test_values_that_somebody_changed(read: object, kept: object) -> None:
    for one, other in ((read, kept), (kept, read)):
        status, what = values_link(one, other)
        assert status is LinkStatus.BROKEN
        assert "some.value" in what


GOOD = Container("shop-1", "shop", MAIN, f"r.example/prod/shop@{IMAGE}", True, "ReplicaSet/shop-1", "shop")


@pytest.mark.parametrize(
    "image_id",
    [
        f"r.example/prod/shop@{IMAGE}",
        f"docker-pullable://r.example/prod/shop@{IMAGE}",
        f"r.example/prod/shop@{PLATFORM}",
        f"docker-pullable://mirror.example/shop@{PLATFORM}",
        CONFIG,
        f"docker://{CONFIG}",
    ],
)
def test_every_way_of_a_node_to_name_the_same_bytes(folder: Path, image_id: str) -> None:
    status, what, _ = judged(folder, replace(GOOD, image_id=image_id))
    assert (status, what) == (LinkStatus.OK, "1 containers of 1 pods run the bytes that the chart names")


def test_other_bytes_under_the_right_name(folder: Path) -> None:
    status, what, found = judged(folder, GOOD, replace(GOOD, image_id=f"r.example/prod/shop@{OLD}"))
    assert (status, OLD in found) == (LinkStatus.BROKEN, True)
    assert what == "container shop of pod shop-1 of ReplicaSet/shop-1 runs other bytes than its image's"


def test_a_pod_of_an_older_replica_set_that_still_runs(folder: Path) -> None:
    old = replace(GOOD, pod="old-1", owner="ReplicaSet/old", image=f"r.example/prod/shop:0.9.0@{OLD}")
    status, what, found = judged(folder, GOOD, old)
    assert (status, "ReplicaSet/old" in what, found) == (LinkStatus.BROKEN, True, old.image)


def test_a_container_that_somebody_added_to_debug(folder: Path) -> None:
    status, what, _ = judged(folder, GOOD, replace(GOOD, name="debugger-x", image="busybox"))
    assert (status, "debugger-x" in what) == (LinkStatus.BROKEN, True)


def test_a_container_that_borrows_another_name(folder: Path) -> None:
    status, _, found = judged(folder, replace(GOOD, image=f"r.example/evil/shop:1.0.0@{IMAGE}"))
    assert (status, found) == (LinkStatus.BROKEN, f"r.example/evil/shop:1.0.0@{IMAGE}")


@pytest.mark.parametrize("image_id", ["", "sha256:abc", "nonsense"])
def test_a_node_that_does_not_say_what_it_runs(folder: Path, image_id: str) -> None:
    assert judged(folder, GOOD, replace(GOOD, image_id=image_id))[0] is LinkStatus.UNKNOWN
    assert judged(folder, replace(GOOD, image_id=image_id, running=False))[0] is LinkStatus.OK


def test_a_break_outweighs_what_is_unknown(folder: Path) -> None:
    silent, wrong = replace(GOOD, image_id=""), replace(GOOD, image="busybox")
    assert judged(folder, silent, wrong)[0] is LinkStatus.BROKEN


def test_pods_of_others_and_no_pods_at_all(folder: Path) -> None:
    stranger = replace(GOOD, release="other", image="busybox")
    assert judged(folder, stranger)[0] is LinkStatus.NOT_APPLICABLE
    assert judged(folder)[0] is LinkStatus.NOT_APPLICABLE


def test_a_defect_of_ours_in_one_link_does_not_end_the_others() -> None:
    """There are no ports for most of them."""
    chains = verify_all(world(Nodes(), "helm", "kubernetes"), SETTINGS, (service(), service("orders")), PROD)
    for chain in chains:
        (tag,) = (link for link in chain.links if link.name == "version tag")
        assert tag.status is LinkStatus.UNKNOWN
        assert tag.what.startswith("internal error: AttributeError in version_tag, git.py:")
    assert [chain.service for chain in chains] == ["shop", "orders"]


@dataclass
class Remote:
    """One approval, made an hour before the deployment."""

    made: datetime = THEN - timedelta(hours=1)
    expires: datetime = THEN + timedelta(days=1)
    author: str = "dev@example.com"

    def aliases(self, known: object, revision: str) -> dict[str, str]:
        return {}

    def tags(self, prefix: str) -> tuple[AnnotatedTag, ...]:
        if not prefix.startswith("approvals/"):
            return ()
        subject = Subject("prod", "shop", "1.0.0", IMAGE, chart_of("1.0.0"))
        approval = Approval(subject, APPROVER, self.expires)
        person = Person("Ada", APPROVER)
        return (AnnotatedTag(approval.tag, approval.tag, "c" * 40, person, self.made, approval.to_message()),)

    def referrers(self, *_: object) -> tuple[object, ...]:
        return ()

    def fetch(self, *_: str) -> None: ...

    def commit(self, oid: str) -> Commit:
        person = Person("Dev", self.author)
        return Commit(oid, person, person, self.made, "")

    def log(self, *_: object) -> tuple[Commit, ...]:
        return ()


def test_an_approval_may_expire_after_the_promotion() -> None:
    """It is 2026-11 or later by the clock; nobody asks it."""
    link = approvals(case(Remote(), "git", "registry"))
    assert (link.status, "judged as of 2026-03-01 12:00Z" in link.what) == (LinkStatus.OK, True), link


@pytest.mark.parametrize(
    ("remote", "text"),
    [
        (Remote(expires=THEN - timedelta(minutes=1)), "it expired at"),
        (Remote(made=THEN + timedelta(hours=1)), "made in the future"),
        (Remote(author=APPROVER), "is an author of the change"),
    ],
)
def test_an_approval_that_did_not_count_then(remote: Remote, text: str) -> None:
    link = approvals(case(remote, "git", "registry"))
    assert (link.status, text in link.what) == (LinkStatus.BROKEN, True), link


@pytest.mark.parametrize(("by_ci", "status"), [(True, LinkStatus.OK), (False, LinkStatus.BROKEN)])
def test_the_gate_of_the_ci_counts_where_the_policy_says_so(*, by_ci: bool, status: LinkStatus) -> None:
    made = case(Remote(), "git", "registry")
    gate = replace(made.record, approvals=("ci:github https://ci.example/runs/7",))
    prod = replace(PROD, approvals=replace(PROD.approvals, by_ci=by_ci))
    link = approvals(replace(made, record=gate, environment=prod))
    assert (link.status, "github https://ci.example/runs/7" in link.what + link.found) == (status, True)
