"""What `release verify` says where one version was promoted more than once: by others, or after a failure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.approval import Approval, Subject
from helmforge.domain.chain import LinkStatus
from helmforge.domain.cluster import ReleaseKey
from helmforge.domain.deployment import DeploymentRecord
from helmforge.domain.git import AnnotatedTag, Commit, Person
from helmforge.domain.names import Namespace
from helmforge.domain.promotion_record import ApprovalTag, PromotionRecord
from helmforge.flows.events import Status
from helmforge.flows.release.links.case import Case
from helmforge.flows.release.links.people import approvals, promotion_record
from helmforge.flows.step_runners import run_step
from tests.flows.promotions import Outside, effect_of, step_of, world_of
from tests.flows.releases import IMAGE, PROD, SETTINGS, chart_of, history, service

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.chain import Link
    from helmforge.domain.promotion_plan import RecordPromotion

SUBJECT = Subject("prod", "shop", "1.0.0", IMAGE, chart_of("1.0.0"))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = "r.example/live/charts/shop"
BY_CI = replace(PROD, approvals=replace(PROD.approvals, by_ci=True))


def approval(name: str, oid: str, made: datetime = NOON - timedelta(hours=1)) -> AnnotatedTag:
    """It holds for two hours."""
    said = Approval(SUBJECT, f"{name}@example.com", made + timedelta(hours=2))
    person = Person(name, said.approver)
    return AnnotatedTag(said.tag, said.tag, "c" * 40, person, made, said.to_message(), oid * 40)


@dataclass
class Shop(Outside):
    """shop 1.0.0, and the approvals that are on the remote."""

    approvals: tuple[AnnotatedTag, ...] = ()
    step: RecordPromotion = field(default_factory=step_of)

    def tags(self, prefix: str) -> tuple[AnnotatedTag, ...]:
        return self.approvals if prefix.startswith("approvals/") else ()

    def aliases(self, *_: object) -> dict[str, str]:
        return {}

    def fetch(self, *_: str) -> None: ...

    def commit(self, oid: str) -> Commit:
        person = Person("Dev", "dev@example.com")
        return Commit(oid, person, person, NOON, "")

    def log(self, *_: object) -> tuple[Commit, ...]:
        return ()

    def promote(self, work: Path, *tags: AnnotatedTag, ci: str = "") -> Status:
        """As far as the record."""
        self.approvals = tuple({tag.name: tag for tag in (*self.approvals, *tags)}.values())
        named = (ApprovalTag(ci),) if ci else tuple(ApprovalTag(tag.name, tag.oid) for tag in tags)
        step = replace(self.step, approvals=named)
        return run_step(step, effect_of(self, work), lambda _: None).status

    def links(self, *names: str, by_ci: bool = False, charts: str = PLACE) -> tuple[Link, Link]:
        """After a deployment by these approvals."""
        record = DeploymentRecord(
            *("shop", "1.0.0", "c" * 40, chart_of("1.0.0"), IMAGE, "r.example/live/shop", "promote"),
            *(names, charts),
        )
        revisions = tuple(
            replace(one, updated=NOON) for one in history(("deployed", record.to_description()))
        )
        key = ReleaseKey(PROD.cluster, Namespace("shop-prod"), "shop")
        environment = BY_CI if by_ci else PROD
        case = Case(world_of(self), SETTINGS, service(), environment, key, revisions, record)
        return approvals(case), promotion_record(case)


ADA, BO = approval("ada", "a"), approval("bo", "b")


def good(links: tuple[Link, Link]) -> bool:
    return [link.status for link in links] == [LinkStatus.OK, LinkStatus.OK]


def test_another_approval_after_a_deployment_that_failed(tmp_path: Path) -> None:
    shop = Shop()
    assert shop.promote(tmp_path, ADA) is Status.DONE
    assert shop.promote(tmp_path, ADA, BO) is Status.DONE
    links = shop.links(ADA.name, BO.name)
    assert (good(links), links[0].what.startswith("2 of 1: ada@example.com, bo@example.com")) == (True, True)


def test_another_approval_of_what_is_deployed_already(tmp_path: Path) -> None:
    """The newest record is of a promotion that found nothing to deploy."""
    shop = Shop()
    shop.promote(tmp_path, ADA)
    shop.promote(tmp_path, ADA, BO)
    assert good(shop.links(ADA.name))


def test_an_approval_that_had_expired_and_was_given_again(tmp_path: Path) -> None:
    shop, later = Shop(), NOON + timedelta(days=1)
    shop.promote(tmp_path, ADA)
    shop.today = later + timedelta(minutes=1)
    again = approval("ada", "d", later)
    assert shop.promote(tmp_path, again) is Status.DONE
    links = shop.links(again.name)
    assert (good(links), "judged as of 2026-11-22 12:01Z" in links[0].what) == (True, True), links


def test_a_job_of_the_ci_system_that_was_started_again(tmp_path: Path) -> None:
    shop, jobs = Shop(), [f"ci:gitlab https://ci.example/jobs/{number}" for number in (7, 8)]
    assert [shop.promote(tmp_path, ci=job) for job in jobs] == [Status.DONE, Status.DONE]
    assert good(shop.links(jobs[1], by_ci=True))
    assert good(shop.links(jobs[0], by_ci=True))


def test_charts_that_are_promoted_since(tmp_path: Path) -> None:
    shop = Shop()
    shop.step = replace(step_of(), charts=step_of().artifact.charts)
    shop.promote(tmp_path, ADA)
    shop.step = step_of()
    assert shop.promote(tmp_path, ADA) is Status.DONE
    assert good(shop.links(ADA.name, charts=""))
    assert good(shop.links(ADA.name))


def test_the_same_command_again(tmp_path: Path) -> None:
    shop = Shop()
    shop.promote(tmp_path, ADA, BO)
    shop.person = Person("Else", "else@example.com")
    assert shop.promote(tmp_path, BO, ADA) is Status.SKIPPED
    assert (len(shop.attached), good(shop.links(ADA.name, BO.name))) == (1, True)


@pytest.mark.parametrize("named", [(), (ADA.name, BO.name)])
def test_approvals_that_no_promotion_recorded(tmp_path: Path, named: tuple[str, ...]) -> None:
    shop = Shop()
    shop.promote(tmp_path, BO)
    shop.promote(tmp_path, ADA)
    _, record = shop.links(*named)
    assert (record.status, record.found) == (LinkStatus.BROKEN, ADA.name)
    assert record.what == "the record names another list of approvals than was deployed"


FAR = ["9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-23:59", "2026-11-21T12:06:00+00:00"]


@pytest.mark.parametrize("when", FAR)
def test_a_record_that_is_dated_in_the_future_does_not_count(tmp_path: Path, when: str) -> None:
    shop = Shop()
    shop.promote(tmp_path, ADA)
    genuine = shop.attached[0]
    forged = replace(PromotionRecord.parse(genuine), promoted_at=datetime.fromisoformat(when)).to_statement()
    shop.attached = [forged]
    judged, record = shop.links(ADA.name)
    assert (judged.status, record.status) == (LinkStatus.OK, LinkStatus.BROKEN)
    assert f"it is dated in the future, {when[:16]}" in record.found
    assert shop.promote(tmp_path, ADA) is Status.DONE
    assert good(shop.links(ADA.name))
    assert shop.attached[0] == forged


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00"])
def test_a_record_from_before_all_times(tmp_path: Path, when: str) -> None:
    shop = Shop()
    shop.promote(tmp_path, ADA)
    record = PromotionRecord.parse(shop.attached[0])
    shop.attached = [replace(record, promoted_at=datetime.fromisoformat(when)).to_statement()]
    judged, _ = shop.links(ADA.name)
    assert (judged.status, "it was made in the future" in judged.what) == (LinkStatus.BROKEN, True)
