"""What a promotion depends on besides approvals of people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem
from helmforge.errors import RefusedError, UsageError
from helmforge.flows import configuration
from helmforge.flows.release import hold
from tests.forgery.court import ADA, AUTHOR, BO, CI, EVE, OTHER, PREFIX, rules

if TYPE_CHECKING:
    from helmforge.domain.settings import Environment, Service, Settings
    from helmforge.flows.world import World
    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
FROM = f"from: [{ADA}]"


def refusal(court: Court, ci: Ci | None = None) -> str:
    with pytest.raises(RefusedError) as caught:
        court.promote(ci=ci)
    return f"{caught.value.what}: {caught.value.why}"


def test_a_good_approval_counts(court: Court) -> None:
    """Otherwise the refusals of these tests would prove nothing."""
    assert court.approve(ADA).created
    assert not court.approve(ADA).created
    assert court.promote() == (PREFIX + ADA,)


def test_an_approval_given_again_is_told_as_it_was_given(court: Court) -> None:
    first = court.approve(ADA)
    court.outside.now += timedelta(days=13)
    again = court.approve(ADA)
    assert (again.created, again.approval) == (False, first.approval)
    court.outside.now += timedelta(days=1)
    renewed = court.approve(ADA)
    assert (renewed.created, renewed.approval.expires) == (True, court.outside.now + timedelta(days=14))


def test_nobody_is_asked_with_none_required(court: Court) -> None:
    with court.trunk(rules("{required: 0}")):
        assert court.promote() == ()


def test_teams_approve(court: Court) -> None:
    with court.trunk(rules("{required: 2, from: ['team:ops']}", f"teams: {{ops: [{ADA}, {BO}]}}")):
        court.sign_off(ADA)
        court.sign_off(EVE)
        assert "1 of 2 approvals" in refusal(court)
        court.sign_off(BO)
        assert court.promote() == (PREFIX + ADA, PREFIX + BO)
    with court.trunk(rules("{from: ['team:ops']}", f"teams: {{ops: [{EVE}]}}")):
        court.reset()
        court.sign_off(ADA)
        assert f"{ADA} is not among the approvers ({EVE})" in refusal(court)


def test_who_released_does_not_approve(court: Court) -> None:
    with court.trunk(rules("{}")):
        court.sign_off(CI)
        assert f"{CI} is an author of the change" in refusal(court)
        with pytest.raises(RefusedError, match="may not approve"):
            court.approve(CI)


def test_the_time_in_the_environment_before(court: Court) -> None:
    with court.trunk(rules(f"{{{FROM}, soak: 1d}}")):
        court.sign_off()
        assert "nothing runs there" in refusal(court)
        court.outside.runs_in_qa(timedelta(hours=23))
        assert "1 h 1 min are missing" in refusal(court)
        court.outside.runs_in_qa(timedelta(days=2), OTHER)
        assert "what runs there is 1.0.0, with the chart sha256:ffff" in refusal(court)
        court.outside.runs_in_qa(timedelta(days=2), status="failed")
        assert "the release there is failed" in refusal(court)
        court.outside.runs_in_qa(timedelta(days=1))
        assert court.promote() == (PREFIX + ADA,)


def test_the_window(court: Court) -> None:
    with court.trunk(rules(f"{{{FROM}, window: {{allow: [Mon-Fri 09:00-16:00], zone: Europe/Berlin}}}}")):
        court.sign_off(expires="2026-12-01T00:00:00+00:00")
        assert "Sat 2026-11-21 13:00 (Europe/Berlin): outside of the allowed hours" in refusal(court)
        assert "it opens at Mon 2026-11-23 09:00 (Europe/Berlin)" in refusal(court)
        court.outside.now += timedelta(days=2)
        assert court.promote() == (PREFIX + ADA,)


def test_a_hold_of_the_environment(court: Court) -> None:
    with court.trunk(rules(f"{{{FROM}, hold: true}}")):
        court.sign_off()
        assert "prod is on hold" in refusal(court)


def _shop(court: Court, email: str) -> tuple[World, Settings, Service, Environment]:
    world = court.world(GIT_COMMITTER_EMAIL=email)
    local, services = court.trunk_rules(world)
    shop = configuration.find_service(world.git, local, services, "shop")
    return world, local, shop, local.environment("prod")


def test_a_hold_of_the_service(court: Court) -> None:
    court.sign_off()
    held, new = hold.place(*_shop(court, EVE), "orders are lost\n\n see #812")
    assert (held.reason, new) == ("orders are lost see #812", True)
    assert hold.place(*_shop(court, BO), "me too")[1] is False
    assert f"shop is on hold in prod: {EVE}: orders are lost see #812" in refusal(court)
    with pytest.raises(RefusedError, match="may not lift"):
        hold.lift(*_shop(court, EVE))
    assert hold.lift(*_shop(court, AUTHOR)) is not None
    assert hold.lift(*_shop(court, AUTHOR)) is None
    assert court.promote() == (PREFIX + ADA,)


def test_a_hold_says_why(court: Court) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        hold.place(*_shop(court, ADA), " \n")


def test_a_tag_that_is_no_tag_object_holds_too(court: Court) -> None:
    court.sign_off()
    court.repo.git("push", "--quiet", "origin", f"{court.commit}:refs/tags/approvals/prod/shop/hold")
    assert "the tag does not say why" in refusal(court)
    with pytest.raises(RefusedError, match="not made by helmforge"):
        hold.lift(*_shop(court, ADA))


@pytest.mark.parametrize(
    ("ci", "reason"),
    [
        (Ci(), "this is no CI job"),
        (Ci(promotes="prod"), "this is no CI job"),
        (Ci(CiSystem.GITHUB), "this is another job of github"),
        (Ci(CiSystem.GITLAB, promotes="qa"), "this is another job of gitlab"),
    ],
)
def test_the_gate_of_the_ci_is_passed_in_its_job_only(court: Court, ci: Ci, reason: str) -> None:
    with court.trunk(rules("{by: ci}")):
        assert reason in refusal(court, ci)


def test_the_gate_of_the_ci_is_recorded(court: Court) -> None:
    run = "https://github.example/o/r/actions/runs/7"
    with court.trunk(rules("{by: ci}")):
        assert court.promote(ci=Ci(CiSystem.GITHUB, run, promotes="prod")) == (f"ci:github {run}",)
        with pytest.raises(RefusedError, match="approved in the CI system"):
            court.approve(ADA)


def test_the_gate_of_the_ci_is_nothing_where_people_approve(court: Court) -> None:
    assert "0 of 1 approvals" in refusal(court, Ci(CiSystem.GITHUB, promotes="prod"))
