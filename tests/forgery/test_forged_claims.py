"""Tags at the place of a claim that are none: nothing is released by them, and each reader says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.artifact import released
from helmforge.domain.plan import ClaimVersion
from helmforge.domain.version import Version
from helmforge.errors import RefusedError
from helmforge.flows.release.cut import Wish, cut
from helmforge.flows.release.status import status
from helmforge.flows.steps.claim import Claims
from tests.forgery.court import ADA, CI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
VERSION = "3.0.0"
NAME = f"shop/{VERSION}"


def lightweight(court: Court) -> None:
    court.repo.git("push", "--quiet", "origin", f"+{court.commit}:refs/tags/{NAME}")


def renamed(court: Court) -> None:
    """The claim of another version, which is a good one there."""
    court.push(NAME, court.raw("shop/1.0.0", "claim", CI))


def nameless(court: Court) -> None:
    court.push(NAME, court.raw("", "claim", CI))


FORGED = {
    "it is a lightweight tag": lightweight,
    "it was made as 'shop/1.0.0', and renamed": renamed,
    "its tag object is malformed": nameless,
}


@pytest.fixture(params=FORGED)
def forged(court: Court, request: pytest.FixtureRequest) -> Iterator[tuple[Court, str]]:
    forge: Callable[[Court], None] = FORGED[request.param]
    forge(court)
    yield court, request.param
    court.repo.git("push", "--quiet", "origin", f":refs/tags/{NAME}")


def step(court: Court, version: str = VERSION) -> ClaimVersion:
    settings, services = court.trunk_rules(court.world())
    return ClaimVersion(
        services[0], released(settings, services[0].name, Version.parse(version), court.commit)
    )


def assert_explained(error: RefusedError, reason: str) -> None:
    assert (error.what, error.where) == (f"{NAME} claims no version", f"refs/tags/{NAME} on origin")
    assert reason in error.why
    assert f"git push --delete origin refs/tags/{NAME}" in error.hint


def test_in_the_other_spelling_it_releases_no_other_commit(court: Court) -> None:
    other = court.repo.git("commit-tree", f"{court.commit}^{{tree}}", "-m", "other").strip()
    ref = f"refs/tags/shop/v{VERSION}"
    court.repo.git("push", "--quiet", "origin", f"{other}:{ref}")
    try:
        with pytest.raises(RefusedError, match=f"shop/v{VERSION} claims no version"):
            Claims(court.world().git).probe(step(court))
    finally:
        court.repo.git("push", "--quiet", "origin", f":{ref}")


def test_a_pipeline_does_not_take_it_for_its_claim(forged: tuple[Court, str]) -> None:
    court, reason = forged
    with pytest.raises(RefusedError) as caught:
        Claims(court.world().git).probe(step(court))
    assert_explained(caught.value, reason)


def test_nothing_is_promoted_by_it(forged: tuple[Court, str]) -> None:
    court, reason = forged
    name = f"approvals/prod/{NAME}/{ADA}"
    court.push(name, court.raw(name, court.document(ADA, version=VERSION)))
    with pytest.raises(RefusedError) as caught:
        court.promote(version=VERSION)
    assert_explained(caught.value, reason)


def test_no_hotfix_starts_from_it(forged: tuple[Court, str]) -> None:
    court, reason = forged
    world = court.world()
    settings, services = court.trunk_rules(world)
    with pytest.raises(RefusedError) as caught:
        cut(world.git, settings, services[0], Wish(hotfix=True))
    assert_explained(caught.value, reason)


def test_a_lightweight_tag_is_no_released_version(court: Court) -> None:
    lightweight(court)
    world = court.world()
    settings, services = court.trunk_rules(world)
    assert [one.version for one in status(world, settings, services).released] == ["1.0.0"]
    court.repo.git("push", "--quiet", "origin", f":refs/tags/{NAME}")


def test_a_claim_of_helmforge_is_one(court: Court) -> None:
    """Also where a tag of another tool stands beside it, in the other spelling."""
    claims, wanted = Claims(court.world().git), step(court, "4.0.0")
    court.repo.git("push", "--quiet", "origin", f"{court.commit}:refs/tags/shop/v4.0.0")
    assert claims.probe(wanted) is None
    claims.act(wanted, print)
    assert claims.probe(wanted) == {"tag": "shop/4.0.0", "commit": court.commit}
    name = f"approvals/prod/shop/4.0.0/{ADA}"
    court.push(name, court.raw(name, court.document(ADA, version="4.0.0")))
    assert court.promote(version="4.0.0") == (name,)
