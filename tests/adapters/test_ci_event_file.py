"""The event file of GitHub Actions holds what strangers wrote, or nothing that makes sense."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helmforge.adapters.ci import CiEvents
from helmforge.domain.event import Event
from helmforge.errors import UsageError
from tests.adapters.test_ci import BEFORE, GITHUB_PULL_REQUEST, OID, PUSH, github, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.mark.parametrize(
    "payload", [[], "text", None, 3, {"before": 7}, {"before": ["x"]}, {"before": "HEAD"}, {"before": None}]
)
def test_an_event_file_of_wrong_types(tmp_path: Path, payload: Any) -> None:
    environment = github(tmp_path)
    (tmp_path / "event.json").write_text(json.dumps(payload))
    assert "GITHUB_EVENT_PATH" in refusal(environment).where


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 200_000, b" " * (25 * 1024 * 1024 + 1)],
    ids=["empty", "cut short", "binary", "nested", "huge"],
)
def test_an_event_file_that_is_not_usable(tmp_path: Path, content: bytes) -> None:
    environment = github(tmp_path)
    (tmp_path / "event.json").write_bytes(content)
    error = refusal(environment)
    assert "event file" in error.what
    assert error.why


def test_an_event_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (str(tmp_path / "none"), str(tmp_path), "/dev/null/x", "a\0b"):
        assert "cannot be read" in refusal(github(tmp_path, GITHUB_EVENT_PATH=path)).why


def test_an_event_file_without_a_before(tmp_path: Path) -> None:
    event = CiEvents(github(tmp_path, {})).detect()
    assert event == Event(PUSH, "feature/a", OID, provider="github")


def test_an_event_file_that_is_no_file(tmp_path: Path) -> None:
    """Nobody writes to the pipe: to read it would hold the job until its end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    (tmp_path / "loop").symlink_to("loop")
    paths = [tmp_path / "pipe", tmp_path / "to-pipe", tmp_path / "loop", "/dev/zero"]
    said: list[str] = []

    def read_all() -> None:
        said.extend(refusal(github(tmp_path, GITHUB_EVENT_PATH=str(path))).why for path in paths)

    reading = threading.Thread(target=read_all, daemon=True)
    reading.start()
    reading.join(timeout=20)
    assert ["it cannot be read" in why for why in said] == [True] * len(paths)


def test_a_symbolic_link_to_the_event_file_is_followed(tmp_path: Path) -> None:
    environment = github(tmp_path)
    (tmp_path / "link").symlink_to("event.json")
    event = CiEvents(environment | {"GITHUB_EVENT_PATH": str(tmp_path / "link")}).detect()
    assert event == Event(PUSH, "feature/a", OID, BEFORE, provider="github")


def test_a_deep_value_is_refused_by_its_type(tmp_path: Path) -> None:
    """Its text would take more stack than reading it did."""
    environment = github(tmp_path)
    (tmp_path / "event.json").write_text('{"before": ' + "[" * 900 + "]" * 900 + "}")
    assert "commit id" in refusal(environment).what or "not JSON" in refusal(environment).why


_keys = st.sampled_from(
    [
        *("before", "deleted", "ref", "pull_request", "head", "base", "repo", "full_name", "sha"),
        *("merge_group", "base_ref", "x"),
    ]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([BEFORE, "0" * 40, "refs/heads/main", "::error::x", "${{ secrets.X }}", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payload=st.dictionaries(_keys, json_values) | json_values,
    kind=st.sampled_from(["push", "pull_request", "merge_group", "delete", "workflow_dispatch"]),
)
def test_whatever_stands_in_it_there_is_an_event_or_one_clear_error(
    tmp_path: Path, payload: Any, kind: str
) -> None:
    environment = github(tmp_path, payload, **GITHUB_PULL_REQUEST)
    environment |= {"GITHUB_EVENT_NAME": kind, "GITHUB_REF": "refs/heads/feature/a", "GITHUB_SHA": OID}
    found = outcome(environment)
    if isinstance(found, UsageError):
        assert found.where.isprintable()
        assert found.what.isprintable()
    else:
        assert found is not None
        assert found.commit in {OID, ""}
        assert found.nothing.isprintable()


@settings(max_examples=200, deadline=None)
@given(
    values=st.dictionaries(
        st.sampled_from(
            [
                *("GITHUB_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_REF", "GITHUB_SHA", "GITHUB_EVENT_PATH"),
                *("GITLAB_CI", "CI_COMMIT_SHA", "CI_COMMIT_BRANCH", "CI_PIPELINE_SOURCE", "CI_COMMIT_TAG"),
                *("CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
                *("TF_BUILD", "BUILD_REASON", "BUILD_SOURCEBRANCH", "BUILD_SOURCEVERSION"),
                *("JENKINS_URL", "BRANCH_NAME", "GIT_COMMIT", "CHANGE_ID", "CHANGE_TARGET", "TAG_NAME"),
            ]
        ),
        st.text(st.characters(exclude_characters="\0"), max_size=12)
        | st.sampled_from([OID, "push", "PullRequest", "Manual", "refs/heads/x", "refs/tags/x"]),
    )
)
def test_whatever_the_variables_say_there_is_an_event_or_one_clear_error(values: dict[str, str]) -> None:
    found = outcome(values)
    if isinstance(found, UsageError):
        assert found.where
        assert found.hint
    else:
        assert found is None or found.branch


def outcome(environment: Mapping[str, str]) -> Event | UsageError | None:
    try:
        return CiEvents(environment).detect()
    except UsageError as error:
        return error
