"""One address under several names: nobody gets rid of what he wrote by a name beside his own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.errors import RefusedError
from tests.forgery.court import ADA, AUTHOR, BO, CI, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
SHARED = "root@localhost"
MAILMAP = {".mailmap": f"Ada <{ADA}> Ada <{SHARED}>\n"}


@pytest.fixture
def shared(court: Court) -> Iterator[Court]:
    """Ada belongs to the trunk with the address that others have as well, and anybody may approve."""
    with court.trunk(MAILMAP | rules("{}")):
        yield court


def wrote(court: Court, name: str, message: str) -> str:
    """The commit of a change of the service by `name` at the address that is shared."""
    court.repo.write({"services/shop/change": message})
    court.repo.git("add", "--all")
    author = ("-c", f"user.name={name}", "-c", f"user.email={SHARED}")
    court.repo.git(*author, "commit", "--quiet", "--message", message)
    court.repo.push("main")
    return court.repo.head()


def release(court: Court, version: str, commit: str, tagger: str = CI) -> None:
    name = f"shop/{version}"
    court.push(name, court.raw(name, "claim", tagger, target=commit))


def sign_off(court: Court, version: str, approver: str, commit: str) -> None:
    name = f"approvals/prod/shop/{version}/{approver}"
    court.push(name, court.raw(name, court.document(approver, version=version), approver, target=commit))


def refusal(court: Court, version: str) -> str:
    with pytest.raises(RefusedError) as caught:
        court.promote(version=version)
    return caught.value.why


@pytest.mark.parametrize(
    ("version", "trailer"), [("2.0.0", ""), ("2.0.1", f"\n\nCo-authored-by: Zed <{SHARED}>")]
)
def test_a_name_beside_the_authors_hides_nobody(shared: Court, version: str, trailer: str) -> None:
    commit = wrote(shared, "Ada", f"change{trailer}")
    release(shared, version, commit)
    sign_off(shared, version, ADA, commit)
    assert f"{ADA} is an author of the change" in refusal(shared, version)


def test_what_somebody_else_wrote_there_is_not_hers(shared: Court) -> None:
    commit = wrote(shared, "Zed", "change")
    release(shared, "2.1.0", commit)
    sign_off(shared, "2.1.0", ADA, commit)
    assert shared.promote(version="2.1.0") == (f"approvals/prod/shop/2.1.0/{ADA}",)


def test_who_released_there_is_found_beside_who_wrote_there(shared: Court) -> None:
    """The tagger is called Somebody: both names have the address."""
    with shared.trunk({".mailmap": f"Bo <{BO}> Somebody <{SHARED}>\n"}):
        commit = wrote(shared, "Zed", "change")
        release(shared, "2.2.0", commit, SHARED)
        sign_off(shared, "2.2.0", BO, commit)
        assert f"{BO} is an author of the change" in refusal(shared, "2.2.0")


def test_an_author_does_not_approve_under_another_name(shared: Court) -> None:
    """The address is hers under the name of the .mailmap, which she does not use here."""
    with shared.trunk({".mailmap": f"Kim <{AUTHOR}> Kim <{SHARED}>\n"}):
        shared.sign_off(SHARED)
        assert f"{SHARED} is an author of the change" in refusal(shared, "1.0.0")


def test_approving_refuses_the_same(shared: Court) -> None:
    with (
        shared.trunk({".mailmap": f"Kim <{AUTHOR}> Kim <{SHARED}>\n"}),
        pytest.raises(RefusedError) as caught,
    ):
        shared.approve(SHARED)
    assert f"{SHARED} is an author of the change" in caught.value.why
