from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helmforge.domain.approval import Approval, Subject, approver_name
from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.git import AnnotatedTag, Person, Signature
from helmforge.domain.verdict import Evidence, judge, may_not_approve
from helmforge.errors import ExitCode, RefusedError, UsageError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SUBJECT = Subject("prod", "shop", "v1.2.0", "sha256:" + "a" * 64, "sha256:" + "b" * 64)
NOBODY = Evidence(commit="c" * 40)
ADA = Evidence(frozenset({Person("Ada", "ada@example.com")}))
POLICY = ApprovalPolicy(approvers=("Ada@example.com", "bo@example.com"))


def tag(approval: Approval, **changes: Any) -> AnnotatedTag:
    made = AnnotatedTag(
        name=approval.tag,
        inner_name=approval.tag,
        target="c" * 40,
        tagger=Person("Ada", approval.approver),
        time=NOW - timedelta(hours=1),
        message=approval.to_message(),
    )
    return replace(made, **changes)


def approval(**changes: Any) -> Approval:
    return replace(Approval(SUBJECT, "ada@example.com", NOW + timedelta(days=1)), **changes)


def edited(approved: Approval, **changes: object) -> str:
    document = json.loads(approved.to_message())
    document.update(changes)
    return json.dumps({key: value for key, value in document.items() if value is not None})


def test_an_approval_for_exactly_this_artifact_counts() -> None:
    verdict = judge([tag(approval())], SUBJECT, POLICY, NOBODY, NOW)
    assert verdict.demand(SUBJECT, "") == ("approvals/prod/shop/v1.2.0/ada@example.com",)


CASES: dict[str, tuple[AnnotatedTag, str]] = {
    "another image": (tag(approval(subject=replace(SUBJECT, image="sha256:" + "d" * 64))), "it is for image"),
    "another chart": (tag(approval(subject=replace(SUBJECT, chart="sha256:" + "d" * 64))), "it is for chart"),
    "another environment": (tag(approval(subject=replace(SUBJECT, environment="qa"))), "another environment"),
    "expired": (tag(approval(expires=NOW)), "it expired"),
    "expiry longer than the policy": (
        tag(approval(expires=NOW + timedelta(days=999)), time=NOW - timedelta(days=15)),
        "it expired",
    ),
    "made in the future": (tag(approval(), time=NOW + timedelta(days=3650)), "made in the future"),
    "deep": (tag(approval(), message="[" * 16_000), "not a JSON document"),
    "moved tag": (tag(approval(), name=SUBJECT.tag_prefix + "bo@example.com"), "the tag was made as"),
    "somebody else's hand": (tag(approval(), tagger=Person("Eve", "eve@example.com")), "it was made by eve"),
    "the Kelvin sign, whose lower case is k": (
        tag(approval(approver="kim@example.com"), tagger=Person("Kim", "\u212aim@example.com")),
        "it was made by",
    ),
    "another commit": (tag(approval(), target="d" * 40), "it is on commit dddddddddddd"),
    "a key twice": (tag(approval(), message='{"image": "x", "image": "y"}'), "has a key twice"),
    "an approver in upper case": (
        tag(approval(approver="ADA@example.com")),
        "not a plain e-mail address in lower case",
    ),
    "not on the list": (
        tag(approval(approver="eve@example.com"), tagger=Person("Eve", "eve@example.com")),
        "not among the approvers",
    ),
    "not JSON": (tag(approval(), message="looks good to me"), "not a JSON document"),
    "a list": (tag(approval(), message="[]"), "not a mapping"),
    "huge": (tag(approval(), message=" " * 20_000), "longer than"),
    "unknown key": (
        tag(approval(), message=edited(approval(), also="this")),
        "unknown or missing keys: also",
    ),
    "missing key": (
        tag(approval(), message=edited(approval(), image=None)),
        "unknown or missing keys: image",
    ),
    "number": (tag(approval(), message=edited(approval(), image=7)), "not a mapping of strings"),
    "other schema": (tag(approval(), message=edited(approval(), schema="x/v9")), "of schema 'x/v9'"),
    "no date": (tag(approval(), message=edited(approval(), expires="soon")), "not a date"),
    "no zone": (tag(approval(), message=edited(approval(), expires="2030-01-01T00:00:00")), "no time zone"),
    "document of another version": (tag(approval(), message=edited(approval(), version="9.9.9")), "about"),
}


@pytest.mark.parametrize("case", CASES)
def test_anything_altered_does_not_count_and_says_why(case: str) -> None:
    made, reason = CASES[case]
    verdict = judge([made], SUBJECT, POLICY, NOBODY, NOW)
    assert verdict.valid == ()
    with pytest.raises(RefusedError) as caught:
        verdict.demand(SUBJECT, "ask ada")
    assert reason in caught.value.why
    assert caught.value.exit_code is ExitCode.REFUSED


def test_an_author_does_not_count() -> None:
    verdict = judge([tag(approval())], SUBJECT, POLICY, ADA, NOW)
    assert not verdict.granted
    assert may_not_approve("ada@example.com", replace(POLICY, not_author=False), ADA) == ""


def test_two_approvals_of_one_required_two() -> None:
    policy = replace(POLICY, required=2)
    bo = approval(approver="bo@example.com")
    assert not judge([tag(approval())], SUBJECT, policy, NOBODY, NOW).granted
    assert judge([tag(approval()), tag(bo)], SUBJECT, policy, NOBODY, NOW).granted


def test_none_required_is_granted_without_any() -> None:
    assert judge([], SUBJECT, replace(POLICY, required=0), NOBODY, NOW).demand(SUBJECT, "") == ()


@pytest.mark.parametrize(
    "email", ["", "ada", "-x@example.com", "a b@example.com", "a..b@x", "a@b.lock", "$(id)@x", "a@x/y"]
)
def test_an_address_that_is_no_ref_name_cannot_approve(email: str) -> None:
    with pytest.raises(UsageError):
        approver_name(email)


def test_signatures_are_not_taken_for_granted() -> None:
    policy = replace(POLICY, signed=True)
    made = tag(approval(), oid="e" * 40)
    verdict = judge([made], SUBJECT, policy, NOBODY, NOW)
    assert (verdict.valid, verdict.rejected[0][1]) == ((), "it is not signed")
    wrong = Evidence(signatures={"e" * 40: Signature("no key of ada@example.com")})
    assert judge([made], SUBJECT, policy, wrong, NOW).rejected[0][1] == "no key of ada@example.com"
    assert judge([made], SUBJECT, policy, Evidence(signatures={"e" * 40: Signature()}), NOW).granted


def test_aliases_are_one_person() -> None:
    home = Person("Ada", "ada@home.example")
    aliases = {home: "ada@example.com", Person("", home.email): "ada@example.com"}
    policy = replace(POLICY, required=2)
    tags = [tag(approval()), tag(approval(approver="ada@home.example"))]
    verdict = judge(tags, SUBJECT, policy, Evidence(aliases=aliases), NOW)
    assert verdict.valid == (tags[0].name,)
    assert verdict.rejected == ((tags[1].name, f"it is by the same person as {tags[0].name}"),)
    wrote = Evidence(frozenset({home}), aliases)
    assert "is an author" in may_not_approve("ada@example.com", POLICY, wrote)


def test_what_belongs_to_one_person_may_depend_on_the_name() -> None:
    """One address, two people: what belongs to Ada does not hide what belongs to Zed, in any order."""
    ada, zed = Person("Ada", "root@localhost"), Person("Zed", "root@localhost")
    aliases = {ada: "ada@example.com", zed: "zed@example.com"}
    wrote = Evidence(frozenset({ada, zed}), aliases)
    anybody = replace(POLICY, approvers=())
    for author in ("ada@example.com", "zed@example.com", "root@localhost"):
        assert "is an author" in may_not_approve(author, anybody, wrote)
    only_zed = Evidence(frozenset({zed}), aliases)
    assert may_not_approve("ada@example.com", anybody, only_zed) == ""


def test_another_name_makes_nobody_another_person() -> None:
    """Signatures are made by addresses: any name may stand before one."""
    ada, zed = Person("Ada", "root@localhost"), Person("Zed", "root@localhost")
    aliases = {ada: "ada@example.com", zed: "root@localhost"}
    anybody = replace(POLICY, approvers=(), required=2)
    wrote = Evidence(frozenset({Person("Ada", "ada@example.com")}), aliases)
    assert "is an author" in may_not_approve(zed.email, anybody, wrote)
    tags = [tag(approval()), tag(approval(approver="root@localhost"), tagger=zed)]
    assert len(judge(tags, SUBJECT, anybody, Evidence(aliases=aliases), NOW).valid) == 1
    for somebody in (ada, zed):
        assert "not among the approvers" in may_not_approve(somebody.email, POLICY, Evidence(aliases=aliases))


@pytest.mark.parametrize("shared", ["aa-build@example.com", "build@example.com", "zz-build@example.com"])
def test_a_shared_address_takes_the_word_of_nobody(shared: str) -> None:
    people = ("ada@example.com", "bo@example.com")
    aliases = {Person(name, shared): email for name, email in zip(("Ada", "Bo"), people, strict=True)}
    tags = [tag(approval(approver=email)) for email in sorted((shared, *people))]
    policy = replace(POLICY, approvers=(), required=2)
    verdict = judge(tags, SUBJECT, policy, Evidence(aliases=aliases), NOW)
    assert [name.rpartition("/")[2] for name in verdict.valid] == list(people)


def test_at_the_end_of_all_times_it_has_expired() -> None:
    verdict = judge([tag(approval())], SUBJECT, POLICY, NOBODY, datetime.max.replace(tzinfo=UTC))
    assert "it expired at" in verdict.rejected[0][1]
