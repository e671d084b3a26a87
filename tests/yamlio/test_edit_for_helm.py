"""What `edit` writes is what Helm's reader, another one than ours, takes for that value."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from helmforge.yamlio import edit
from tests.support.tools import require_tool
from tests.yamlio.ugly import WITH_TAG

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

VALUES = ("1.10", "2026-11-21", "yes", "0x1f", "1_000", "v1 # x", "a: b", "'\"\\", "ä\u2028\t")
# Edited or not: Helm reads no file with other line ends, and Helm 4 none with directives or with content
# beside `---`.
UNREAD = {"line ends of an old Mac", "a directive and a document end", "a document in one line"}
READ = {name: text for name, text in WITH_TAG.items() if name not in UNREAD}


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chart")
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: x\nversion: 1.0.0\n")
    shown = "got: {{ toJson (list .Values.image.tag .Values.image.digest (kindOf .Values.image.tag)) }}\n"
    (folder / "templates" / "x.yaml").write_text(shown)
    return folder


@pytest.mark.parametrize("helm", ["helm3", "helm4"])
@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_helm_reads_it(chart: Path, tmp_path: Path, helm: str, text: str) -> None:
    changes: dict[tuple[str, ...], str] = {
        ("image", "tag"): "1.10",
        ("image", "digest"): "sha256:0",
        ("last",): "1",
    }
    assert _read(chart, tmp_path, helm, edit(text, "f", changes)) == 'got: ["1.10","sha256:0","string"]'


@pytest.mark.parametrize("value", VALUES)
def test_helm_takes_it_for_that_text(chart: Path, tmp_path: Path, value: str) -> None:
    changes: dict[tuple[str, ...], str] = {("image", "tag"): value, ("image", "digest"): value}
    for before in ("image: {tag: x, digest: y}\n", "image:\n  tag: 'x'\n", "image: {}\n"):
        got = _read(chart, tmp_path, "helm4", edit(before, "f", changes))
        assert json.loads(got.removeprefix("got: ")) == [value, value, "string"]


def _read(chart: Path, folder: Path, helm: str, values: str) -> str:
    file = folder / "values.yaml"
    file.write_bytes(values.encode())
    command = [str(require_tool(helm)), "template", "x", str(chart), "--values", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
