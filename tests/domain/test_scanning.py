"""The gate: what blocks, what a waiver covers, and what production has already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.scanning import Finding, Standing, judge
from helmforge.domain.waivers import Waiver, unused

if TYPE_CHECKING:
    from helmforge.domain.scanning import Verdict

TODAY = date(2026, 11, 21)
FLAW = Finding("CVE-2026-1", "HIGH", package="openssl", version="3.0.1", fixed="3.0.9")
SECRET = Finding("github-pat", "CRITICAL", place="/app/.env", message="secret: a token")
WAIVER = Waiver("CVE-2026-1", "not reachable", "team-shop", TODAY)


def standings(verdict: Verdict) -> list[Standing]:
    return [one.standing for one in verdict.judged]


@pytest.mark.parametrize(
    ("severity", "threshold", "standing"),
    [
        ("HIGH", "HIGH", Standing.BLOCKS),
        ("CRITICAL", "LOW", Standing.BLOCKS),
        ("MEDIUM", "HIGH", Standing.BELOW),
        ("UNKNOWN", "LOW", Standing.BELOW),
        ("NEGLIGIBLE", "LOW", Standing.BELOW),
    ],
)
def test_the_severity_is_a_threshold(severity: str, threshold: str, standing: Standing) -> None:
    assert standings(judge([replace(FLAW, severity=severity)], threshold, (), TODAY)) == [standing]


def test_findings_are_listed_worst_first() -> None:
    low = replace(FLAW, severity="LOW", id="A")
    assert [one.finding for one in judge([low, FLAW, SECRET], "HIGH", (), TODAY).judged] == [
        SECRET,
        FLAW,
        low,
    ]


def test_a_waiver_holds_on_its_last_day_and_not_after_it() -> None:
    assert standings(judge([FLAW], "HIGH", [WAIVER], TODAY)) == [Standing.WAIVED]
    verdict = judge([FLAW], "HIGH", [WAIVER], date(2026, 11, 22))
    assert standings(verdict) == [Standing.EXPIRED]
    (expired,) = verdict.blocking
    assert str(expired).endswith("; the waiver of team-shop expired after 2026-11-21")


def test_of_two_waivers_the_one_that_holds_counts() -> None:
    old = replace(WAIVER, expires=date(2026, 1, 1))
    verdict = judge([FLAW], "HIGH", [old, WAIVER], TODAY)
    assert (verdict.judged[0].standing, verdict.judged[0].waiver) == (Standing.WAIVED, WAIVER)


@pytest.mark.parametrize(
    ("finding", "waiver", "covered"),
    [
        (FLAW, WAIVER, True),
        (replace(FLAW, id="CVE-2026-10"), WAIVER, False),
        (replace(FLAW, id="GHSA-1", aliases=("CVE-2026-1",)), WAIVER, True),
        (FLAW, replace(WAIVER, packages=("zlib", "openssl")), True),
        (FLAW, replace(WAIVER, packages=("zlib",)), False),
        (SECRET, replace(WAIVER, id="github-pat", packages=("/app/.env",)), True),
        (SECRET, replace(WAIVER, id="github-pat", packages=("/app/.other",)), False),
        (FLAW, replace(WAIVER, packages=("",)), False),
    ],
)
def test_what_a_waiver_covers(finding: Finding, waiver: Waiver, *, covered: bool) -> None:
    verdict = judge([finding], "HIGH", [waiver], TODAY)
    assert bool(verdict.blocking) is not covered
    assert unused([waiver], {"shop": [finding]}) == (() if covered else (waiver,))


def test_a_waiver_of_a_finding_below_the_severity_is_used() -> None:
    below = replace(FLAW, severity="LOW")
    assert standings(judge([below], "HIGH", [WAIVER], TODAY)) == [Standing.BELOW]
    assert unused([WAIVER], {"shop": [below]}) == ()


def test_whether_a_waiver_is_used_is_decided_over_all_images() -> None:
    one, other = replace(WAIVER, services=("shop",)), replace(WAIVER, services=("shop", "orders"))
    assert unused([WAIVER, one, other], {"shop": [], "orders": [FLAW]}) == (one,)
    assert unused([WAIVER, one, other], {"shop": []}) == (WAIVER, one, other)
    assert unused([WAIVER, one], {"orders": []}) == (WAIVER,)


def test_after_a_scan_without_a_result_nobody_can_tell() -> None:
    one = replace(WAIVER, services=("shop",))
    assert unused([WAIVER, one], {"shop": [], "orders": None}) == (one,)


def test_a_waiver_concerns_the_services_that_it_names_or_all() -> None:
    assert WAIVER.concerns("shop")
    named = replace(WAIVER, services=("orders",))
    assert (named.concerns("orders"), named.concerns("shop")) == (True, False)


def test_what_production_has_does_not_block_also_in_another_version() -> None:
    verdict = judge([replace(FLAW, version="3.0.2"), SECRET], "HIGH", (), TODAY, known=[FLAW])
    assert standings(verdict) == [Standing.BLOCKS, Standing.KNOWN]


@pytest.mark.parametrize("other", [replace(FLAW, package="libssl"), replace(FLAW, id="CVE-2026-2")])
def test_another_flaw_in_production_excuses_nothing(other: Finding) -> None:
    assert standings(judge([FLAW], "HIGH", (), TODAY, known=[other])) == [Standing.BLOCKS]


def test_each_occurrence_counts() -> None:
    """A second secret in the same file is not the one that production has."""
    assert standings(judge([SECRET, SECRET], "HIGH", (), TODAY, known=[SECRET])) == [
        Standing.KNOWN,
        Standing.BLOCKS,
    ]


def test_a_waived_finding_does_not_use_up_what_production_has() -> None:
    waiver = replace(WAIVER, packages=("zlib",))
    zlib = replace(FLAW, package="zlib")
    verdict = judge([FLAW, zlib], "HIGH", [waiver], TODAY, known=[FLAW, zlib])
    assert standings(verdict) == [Standing.KNOWN, Standing.WAIVED]


def test_an_expired_waiver_blocks_also_what_it_brought_to_production() -> None:
    expired = replace(WAIVER, expires=date(2026, 1, 1))
    assert standings(judge([FLAW], "HIGH", [expired], TODAY, known=[FLAW])) == [Standing.EXPIRED]
