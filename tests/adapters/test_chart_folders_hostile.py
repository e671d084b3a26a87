"""What somebody could have committed into a chart: nothing outside is read or written because of it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import STAGING, ChartFolders
from helmforge.errors import RefusedError, StepError

if TYPE_CHECKING:
    from pathlib import Path

OLD = b"old\n"


@pytest.fixture
def folders(tmp_path: Path) -> ChartFolders:
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "values.yaml").write_bytes(OLD)
    return ChartFolders(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "0.new"])
def test_a_staged_link_to_what_never_ends_is_not_read(
    folders: ChartFolders, tmp_path: Path, name: str
) -> None:
    staged = tmp_path / "chart" / STAGING
    staged.mkdir()
    change = {"path": "values.yaml", "old": sha256(OLD).hexdigest(), "new": "0" * 64}
    (staged / "manifest.json").write_text(json.dumps({"format": 1, "changes": [change]}))
    (staged / name).unlink(missing_ok=True)
    (staged / name).symlink_to("/dev/full")
    if name == "manifest.json":
        assert not folders.recover("chart")
    else:
        with pytest.raises(RefusedError, match="has changed since"):
            folders.recover("chart")
    assert (tmp_path / "chart" / "values.yaml").read_bytes() == OLD


def test_a_staged_change_of_what_is_gits_own_is_refused(folders: ChartFolders, tmp_path: Path) -> None:
    staged = tmp_path / "chart" / STAGING
    staged.mkdir()
    (staged / "0.new").write_bytes(b"[core]\n")
    change = {"path": ".git/config", "old": "", "new": sha256(b"[core]\n").hexdigest()}
    (staged / "manifest.json").write_text(json.dumps({"format": 1, "changes": [change]}))
    with pytest.raises(StepError, match="cannot be finished"):
        folders.recover("chart")
    assert not (tmp_path / "chart" / ".git").exists()
