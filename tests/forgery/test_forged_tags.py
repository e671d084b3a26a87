"""Forged approvals on a real remote: none of them counts, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git.remote import Remote
from helmforge.errors import HelmforgeError, RefusedError
from tests.forgery.court import ADA, AUTHOR, BO, CY, EVE, NOW, OTHER, PREFIX, rules, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
TAG = PREFIX + ADA
HOME = "ada@home.example"


@dataclass(frozen=True)
class Case:
    """`forge` leaves something on the remote; `trunk` are files of the trunk, before it."""

    forge: Callable[[Court], object]
    reason: str
    trunk: dict[str, str] = field(default_factory=dict)


def by(email: str, message_of: str = "", name: str = "") -> Callable[[Court], object]:
    """A tag at the place of `name`, made by `email`, with a document by `message_of`."""
    ref = PREFIX + (name or email)
    return lambda court: court.push(ref, court.raw(ref, court.document(message_of or email), email))


def says(message: str) -> Callable[[Court], object]:
    return lambda court: court.push(TAG, court.raw(TAG, message))


def with_document(**changes: object) -> Callable[[Court], object]:
    return lambda court: court.sign_off(ADA, **changes)


def made_as(name: str) -> Callable[[Court], object]:
    """Good for another ref, and moved to this one."""
    return lambda court: court.push(TAG, court.raw(name, court.document()))


def edited(old: str, new: str) -> Callable[[Court], object]:
    """The bytes of a good tag, with one place changed."""
    return lambda court: court.push(TAG, court.raw(TAG, court.document()).replace(old, new))


def made(when: timedelta, **changes: object) -> Callable[[Court], object]:
    return lambda court: court.push(TAG, court.raw(TAG, court.document(**changes), made=NOW + when))


def nested(court: Court) -> None:
    inner = court.store(court.raw(TAG, court.document()))
    court.push(TAG, court.raw(TAG, "see inside", target=inner, kind="tag"))


def nested_by_somebody_else(court: Court) -> None:
    inner = court.store(court.raw(TAG, court.document()))
    court.push(TAG, court.raw(TAG, court.document(), EVE, target=inner, kind="tag"))


def lightweight(court: Court) -> None:
    court.repo.git("push", "--quiet", "origin", f"{court.commit}:refs/tags/{TAG}")


def lightweight_to_a_file(court: Court) -> None:
    """Of no branch: its object is not fetched for anybody."""
    blob = court.repo.git("hash-object", "-w", "--stdin", stdin="yes\n")
    court.repo.git("push", "--quiet", "origin", f"{blob}:refs/tags/{TAG}")


def on_another_commit(court: Court) -> None:
    court.push(TAG, court.raw(TAG, court.document(), target=court.repo.first))


def rewritten(court: Court) -> None:
    court.approve(ADA)
    court.push(TAG, court.raw(TAG, court.document(image=str(OTHER))))


def after_another_image(court: Court) -> None:
    court.approve(ADA)
    court.outside.image = OTHER


def after_another_chart(court: Court) -> None:
    court.approve(ADA)
    court.outside.chart = OTHER


def in_the_work_tree(**files: str) -> Callable[[Court], object]:
    """What a branch says, while kim, the author, approves."""

    def forge(court: Court) -> None:
        by(AUTHOR)(court)
        court.repo.write({name.replace("__", "/").replace("_", "."): text for name, text in files.items()})

    return forge


def twice(court: Court) -> None:
    court.sign_off(ADA)
    court.sign_off(HOME)


DOUBLED = '{"approver": "eve@example.com", '
ALIASES = f"<{AUTHOR}> <{BO}>\n<{ADA}> <{HOME}>\n"
CASES = {
    "nobody": Case(lambda _: None, "0 of 1 approvals"),
    "the author": Case(by(AUTHOR), "is an author of the change"),
    "the author by an alias": Case(by(BO), "is an author of the change", {".mailmap": ALIASES}),
    "the author as an alias of an approver": Case(
        by("kim@home.example"), "not among the approvers", {".mailmap": ALIASES}
    ),
    "a co-author": Case(by(CY), f"{CY} is an author of the change"),
    "a stranger": Case(by(EVE), "is not among the approvers"),
    "a team that somebody left": Case(
        by(ADA), "not among", rules("{from: ['team:ops']}", f"teams: {{ops: [{BO}]}}")
    ),
    "two names of one person": Case(
        twice, "it is by the same person as", rules("{required: 2}") | {".mailmap": ALIASES}
    ),
    "one of two": Case(by(ADA), "1 of 2 approvals", rules("{required: 2}")),
    "somebody else's name": Case(by(EVE, ADA, ADA), f"it was made by {EVE}"),
    "upper case in the ref": Case(by("ADA@example.com", ADA), "its document is about"),
    "upper case in ref and document": Case(by("ADA@example.com"), "not a plain e-mail address in lower case"),
    "a Cyrillic letter": Case(by("\u0430da@example.com"), "not a plain e-mail address"),
    "a Cyrillic letter, anybody may": Case(
        by("\u0430da@example.com"), "not a plain e-mail address", rules("{}")
    ),
    "a Cyrillic tagger": Case(by("\u0430da@example.com", ADA, ADA), "it was made by"),
    "for another environment, moved": Case(made_as(TAG.replace("prod", "qa")), "the tag was made as"),
    "for another version, moved": Case(made_as(TAG.replace("1.0.0", "1.0.1")), "the tag was made as"),
    "for another service, moved": Case(made_as(TAG.replace("shop", "cart")), "the tag was made as"),
    "by another approver, moved": Case(made_as(PREFIX + BO), "the tag was made as"),
    "another environment": Case(with_document(environment="qa"), "its document is about"),
    "another version": Case(with_document(version="1.0.1"), "its document is about"),
    "another spelling of the version": Case(with_document(version="v1.0.0"), "its document is about"),
    "another service": Case(with_document(service="cart"), "its document is about"),
    "another approver": Case(with_document(approver=BO), "its document is about"),
    "another image": Case(with_document(image=str(OTHER)), "it is for image"),
    "another chart": Case(with_document(chart=str(OTHER)), "it is for chart"),
    "the image in upper case": Case(with_document(image=f"SHA256:{'a' * 64}"), "it is for image"),
    "the image is another one by now": Case(after_another_image, "it is for image"),
    "the chart is another one by now": Case(after_another_chart, "it is for chart"),
    "rewritten after the approval": Case(rewritten, "it is for image"),
    "on another commit": Case(on_another_commit, "it is on commit"),
    "lightweight": Case(lightweight, f"{TAG} does not count: it is a lightweight tag"),
    "lightweight, to a file": Case(lightweight_to_a_file, "it is a lightweight tag"),
    "a tag of a good tag": Case(nested, "not a JSON document"),
    "a tag of a good tag, by somebody else": Case(nested_by_somebody_else, f"it was made by {EVE}"),
    "expired": Case(with_document(expires=NOW.isoformat()), "it expired at"),
    "older than the policy": Case(made(-timedelta(days=15), expires="2099-01-01T00:00:00Z"), "it expired at"),
    "from the future": Case(made(timedelta(minutes=6)), "it was made in the future"),
    "no zone": Case(with_document(expires="2026-12-01T00:00:00"), "its expiry has no time zone"),
    "no date": Case(with_document(expires="never"), "its expiry is not a date"),
    "not JSON": Case(says("looks good to me"), "not a JSON document"),
    "empty": Case(says(""), "not a JSON document"),
    "huge": Case(says(" " * 1_000_000), "longer than"),
    "deep": Case(says("[" * 16_000), "not a JSON document"),
    "deep mappings": Case(says('{"a":' * 3_000), "not a JSON document"),
    "a list": Case(says("[]"), "not a mapping of strings"),
    "null": Case(says("null"), "not a mapping of strings"),
    "not a number": Case(says("NaN"), "not a mapping of strings"),
    "a key twice": Case(edited('{"schema"', f'{DOUBLED}"schema"'), "has a key twice"),
    "an unknown key": Case(with_document(force="true"), "unknown or missing keys: force"),
    "a missing key": Case(with_document(image=None), "unknown or missing keys: image"),
    "a list for a digest": Case(with_document(image=[str(OTHER)]), "not a mapping of strings"),
    "true for an expiry": Case(with_document(expires=True), "not a mapping of strings"),
    "another schema": Case(with_document(schema="helmforge.dev/approval/v2"), "is of schema"),
    "text behind the document": Case(edited('"}\n', '"} LGTM\n'), "not a JSON document"),
    "a NUL in the document": Case(edited('"prod"', '"pr\\u0000od"'), "its document is about"),
    "a byte order mark": Case(says("\ufeff{}"), "not a JSON document"),
    "two addresses of the tagger": Case(edited("tagger Somebody", "tagger Eve <eve@x>"), "it was made by"),
    "no tagger": Case(edited("tagger Somebody", "tugger Somebody"), "it was made by"),
    "no inner name": Case(edited(f"tag {TAG}", "tag "), "the tag was made as ''"),
    "a blank in the inner name": Case(edited(f"tag {TAG}", f"tag {TAG} "), "the tag was made as"),
    "the branch says nobody is needed": Case(
        in_the_work_tree(helmforge_yaml=settings("{required: 0}")), "is an author of the change"
    ),
    "the branch lets authors approve": Case(
        in_the_work_tree(helmforge_yaml=settings("{notAuthor: false}")), "is an author of the change"
    ),
    "the branch says it is somebody else": Case(
        in_the_work_tree(_mailmap=f"<{ADA}> <{AUTHOR}>\n"), "is an author of the change"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_forged_counts(court: Court, name: str) -> None:
    case = CASES[name]
    with court.trunk(case.trunk or {"README.md": "as it was\n"}):
        case.forge(court)
        with pytest.raises(RefusedError) as caught:
            court.promote()
    assert "not approved for prod" in caught.value.what
    assert case.reason in caught.value.why


def test_a_clock_that_is_a_little_ahead_is_no_forgery(court: Court) -> None:
    made(timedelta(minutes=4))(court)
    assert court.promote() == (TAG,)


def test_addresses_in_any_case_are_one_person(court: Court) -> None:
    with court.trunk(rules("{from: [ADA@Example.com]}")):
        court.push(TAG, court.raw(TAG, court.document(), "Ada@EXAMPLE.com"))
        assert court.promote() == (TAG,)


def test_a_forged_tag_does_not_hide_a_good_one(court: Court) -> None:
    says("[" * 16_000)(court)
    court.sign_off(BO)
    assert court.promote() == (PREFIX + BO,)


@pytest.mark.parametrize("forge", [lightweight, lightweight_to_a_file])
def test_an_approval_takes_the_place_of_a_lightweight_tag(
    court: Court, forge: Callable[[Court], object]
) -> None:
    forge(court)
    assert court.approve(ADA).created
    assert court.promote() == (TAG,)


def test_a_tag_that_moves_while_it_is_read(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody forces another tag between the listing of names and the fetching of objects."""
    other = court.repo.clone("other", "--quiet")
    forged = court.raw(TAG, court.document(EVE), EVE)
    good = court.raw(TAG, court.document())
    store = ("hash-object", "-t", "tag", "-w", "--stdin")
    first, second = (other.git(*store, stdin=text.replace("Somebody", "Other")) for text in (good, forged))
    other.git("push", "--quiet", "origin", f"{first}:refs/tags/{TAG}")
    listing = Remote._list

    def listed(remote: Remote, patterns: list[str]) -> dict[str, str]:
        found = listing(remote, patterns)
        if f"refs/tags/{TAG}" in found:
            other.git("push", "--quiet", "origin", f"+{second}:refs/tags/{TAG}")
        return found

    monkeypatch.setattr(Remote, "_list", listed)
    with pytest.raises(HelmforgeError, match=r"changed while they were read|is not approved"):
        court.promote()
