from __future__ import annotations

from helmforge.domain.cluster import ReleaseRevision
from helmforge.domain.deployment import DeploymentRecord, current, find_version, previous, running


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


def test_descriptions_of_others_are_no_records() -> None:
    for text in ("Upgrade complete", "helmforge {", "helmforge []", 'helmforge {"service": 1}', ""):
        assert DeploymentRecord.parse(text) is None


def test_running_is_the_newest_success_and_current_the_newest_of_all() -> None:
    entries = history(("superseded", "1.0.0"), ("deployed", "1.1.0"), ("failed", "1.2.0"))
    newest, good = current(entries), running(entries)
    assert newest is not None
    assert good is not None
    assert (newest.revision.revision, version_of(good.record)) == (3, "1.1.0")
    assert current([]) is None


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
