"""`lint` and `render` after an update that was interrupted."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.chart_folders import STAGING
from tests.support.charted import CHART, VALUES, charted
from tests.support.commands import run_helmforge
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

VERBOSE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop, namespace: {{ .Release.Namespace }}}
data:
  verbose: '{{ required "verbose is needed" .Values.verbose }}'
"""


@pytest.mark.parametrize("command", [("lint",), ("render", "shop", "--env", "qa")], ids=["lint", "render"])
def test_an_interrupted_update_is_finished_first(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Half of it is done: the template reads a key already that values and schema do not have yet."""
    finished = {"values.yaml": VALUES + "verbose: true\n"}
    repository = charted(tmp_path, {"templates/verbose.yaml": VERBOSE})
    chart = repository.root / CHART
    (chart / STAGING).mkdir()
    changes = []
    for number, (path, text) in enumerate(finished.items()):
        (chart / STAGING / f"{number}.new").write_text(text, encoding="utf-8")
        old = (chart / path).read_bytes()
        changes.append({"path": path, "old": _digest(old), "new": _digest(text.encode())})
    manifest = {"format": 1, "changes": changes}
    (chart / STAGING / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    environment = repository.environment | {"HELMFORGE_HELM": str(require_tool("helm4"))}
    ran = run_helmforge(repository.root, environment, *command)
    assert ran.code == 0, ran.out + ran.err
    assert ("verbose: 'true'" in ran.out) == (command[0] == "render")
    assert not (chart / STAGING).exists()
    assert (chart / "values.yaml").read_text(encoding="utf-8") == finished["values.yaml"]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
