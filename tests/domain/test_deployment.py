from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.deployment import (
    DeploymentRecord,
    current,
    find_version,
    previous,
    removed_first,
    running,
    surplus,
    versions_that_ran,
)


def record(version: str) -> DeploymentRecord:
    return DeploymentRecord("shop", version, "c" * 40, f"sha256:{version}", "sha256:i", "r.io/shop", "deploy")


def history(*entries: tuple[str, str]) -> list[ReleaseRevision]:
    """Entries are (status, version or literal description)."""
    return [
        ReleaseRevision(
            number,
            status,
            "shop",
            "",
            None,
            record(text).to_description() if text[:1].isdigit() else text,
        )
        for number, (status, text) in enumerate(entries, start=1)
    ]


def version_of(found: DeploymentRecord | None) -> str:
    return found.version if found else ""


def test_a_record_survives_the_way_through_helm() -> None:
    assert DeploymentRecord.parse(record("1.0.0").to_description()) == record("1.0.0")
    elsewhere = replace(record("1.0.0"), charts="r.io/prod/charts/shop")
    assert DeploymentRecord.parse(elsewhere.to_description()) == elsewhere


def test_a_chart_from_where_releases_push_it_is_recorded_as_it_always_was() -> None:
    assert "charts" not in record("1.0.0").to_description()


def test_descriptions_of_others_are_no_records() -> None:
    for text in ("Upgrade complete", "helmforge {", "helmforge []", 'helmforge {"service": 1}', ""):
        assert DeploymentRecord.parse(text) is None


@pytest.mark.parametrize(
    "approvals",
    ['"abc"', "{}", '{"a": "b"}', "null", "1", "[1]", "[null]", '["a", ["b"]]']
    + ["[" * depth + "]" * depth for depth in (2, 100, 500, 900, 100_000)],
)
def test_approvals_are_a_list_of_texts(approvals: str) -> None:
    text = record("1.0.0").to_description()
    assert DeploymentRecord.parse(text.replace("[]", '["a"]')) is not None
    assert DeploymentRecord.parse(text.replace("[]", approvals)) is None


@pytest.mark.parametrize("value", ["1", "null", '["a"]', "{}", "[" * 500 + "]" * 500])
@pytest.mark.parametrize("key", ["service", "image", "charts"])
def test_all_other_fields_are_texts(key: str, value: str) -> None:
    text = replace(record("1.0.0"), charts="r.io/charts").to_description()
    broken = re.sub(f'"{key}":"[^"]*"', f'"{key}":{value}', text)
    assert (broken != text, DeploymentRecord.parse(broken)) == (True, None)


@pytest.mark.parametrize("other", ['"extra":"x",', '"":"x",', '"self":"x",'])
def test_a_record_has_no_other_fields(other: str) -> None:
    text = record("1.0.0").to_description()
    assert DeploymentRecord.parse(text.replace("{", "{" + other)) is None


def test_running_is_the_newest_success_and_current_the_newest_of_all() -> None:
    entries = history(("superseded", "1.0.0"), ("deployed", "1.1.0"), ("failed", "1.2.0"))
    newest, good = current(entries), running(entries)
    assert newest is not None
    assert good is not None
    assert (newest.revision.revision, version_of(good.record)) == (3, "1.1.0")
    assert current([]) is None


def test_a_rollback_to_a_number_without_end_is_none() -> None:
    last = current(history(("superseded", "1.0.0"), ("deployed", f"Rollback to {'1' * 5000}")))
    assert last is not None
    assert last.origin == 2


def test_a_helm_rollback_runs_what_its_target_ran() -> None:
    entries = history(("superseded", "1.0.0"), ("failed", "1.1.0"), ("deployed", "Rollback to 1"))
    good = running(entries)
    assert good is not None
    assert version_of(good.record) == "1.0.0"


def test_rolling_back_twice_goes_further_back() -> None:
    entries = history(("superseded", "1.0.0"), ("superseded", "1.1.0"), ("deployed", "1.2.0"))
    assert version_of(previous(entries)) == "1.1.0"
    again = history(
        ("superseded", "1.0.0"), ("superseded", "1.1.0"), ("superseded", "1.2.0"), ("deployed", "1.1.0")
    )
    assert version_of(previous(again)) == "1.0.0"
    assert previous(history(("deployed", "1.0.0"))) is None
    assert previous([]) is None


def test_find_version_ignores_failures_and_the_letter_v() -> None:
    entries = history(("superseded", "1.0.0"), ("failed", "1.1.0"), ("deployed", "1.2.0"))
    assert version_of(find_version(entries, "v1.0.0")) == "1.0.0"
    assert find_version(entries, "1.1.0") is None


def test_what_ran_before_a_deployment_by_hand_is_the_newest_recorded() -> None:
    entries = history(("superseded", "1.1.0"), ("superseded", "1.2.0"), ("deployed", "Upgrade complete"))
    assert version_of(previous(entries)) == "1.2.0"


def test_a_record_with_fields_of_other_kinds_is_none() -> None:
    text = record("1.0.0").to_description().replace('"deploy"', "7")
    assert DeploymentRecord.parse(text) is None
    assert DeploymentRecord.parse("helmforge " + "[" * 50_000) is None


def test_what_runs_was_brought_by_the_revision_at_the_end_of_all_rollbacks() -> None:
    entries = history(
        ("superseded", "1.0.0"),
        ("failed", "1.1.0"),
        ("superseded", "Rollback to 1"),
        ("failed", "1.1.0"),
        ("deployed", "Rollback to 3"),
    )
    good = running(entries)
    assert good is not None
    assert (good.revision.revision, good.origin, version_of(good.record)) == (5, 1, "1.0.0")


def test_only_old_failures_and_what_undid_them_are_surplus() -> None:
    failures = [("failed", "2.0.0"), ("superseded", "Rollback to 2")] * 5
    entries = history(("superseded", "1.0.0"), ("superseded", "1.1.0"), *failures)
    assert surplus(entries) == (3, 4, 5, 6)
    assert surplus(entries[:8]) == ()


def test_a_rollback_by_hand_that_changed_what_runs_is_no_surplus() -> None:
    by_hand = [("superseded", "Rollback to 1"), ("superseded", "Rollback to 2")] * 5
    assert surplus(history(("superseded", "1.0.0"), ("superseded", "1.1.0"), *by_hand)) == ()


def test_what_another_rollback_went_to_is_no_surplus() -> None:
    chain = [
        entry for n in range(1, 10, 2) for entry in (("failed", "2"), ("superseded", f"Rollback to {n}"))
    ]
    assert surplus(history(("superseded", "1.0.0"), *chain)) == ()


def test_pending_revisions_of_killed_runs_are_surplus() -> None:
    killed = [("pending-upgrade", "Preparing upgrade")] * 8
    assert surplus(history(("superseded", "1.0.0"), *killed, ("deployed", "1.1.0"))) == (2, 3)


def test_versions_that_ran_are_named_once_newest_first() -> None:
    entries = history(
        ("superseded", "1.0.0"), ("superseded", "1.1.0"), ("failed", "1.2.0"), ("deployed", "1.0.0")
    )
    assert versions_that_ran(entries) == ("1.0.0", "1.1.0")


def test_a_first_deployment_that_was_removed_is_told_from_an_uninstallation_by_hand() -> None:
    assert version_of(removed_first(history(("uninstalled", "1.0.0")))) == "1.0.0"
    assert removed_first(history(("uninstalled", "Uninstallation complete"))) is None
    assert removed_first(history(("superseded", "1.0.0"), ("uninstalled", "1.1.0"))) is None
    assert removed_first(history(("deployed", "1.0.0"))) is None
    assert removed_first([]) is None
