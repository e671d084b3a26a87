"""What Helm reads in values files: YAML 1.1, and numbers as JavaScript has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.helm import HelmCli
from helmforge.errors import ToolError

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.adapters.process import Runner

pytestmark = pytest.mark.integration

READ = b"""\
mode: 0644
underscored: 1_000
binary: 0b11
on: yes
base: &base {a: 1, c: 0}
merged:
  <<: *base
  c: 2
id: 1234567890123456789
half: .5
day: 2026-11-21
none: ~
text: '{{ fail "it runs" }}'
list: [no, "no"]
lines: |
  ---
  read: x
"""


@pytest.fixture
def helm(clean_runner: Runner, helm_program: Path) -> HelmCli:
    return HelmCli(clean_runner, str(helm_program))


def test_values_are_read_as_helm_reads_them(helm: HelmCli) -> None:
    found = dict(helm.values([READ]))
    assert float(str(found.pop("id"))) == 1234567890123456789.0
    assert found == {
        "mode": 420,
        "underscored": 1000,
        "binary": 3,
        "true": True,
        "base": {"a": 1, "c": 0},
        "merged": {"a": 1, "c": 2},
        "half": 0.5,
        "day": "2026-11-21",
        "none": None,
        "text": '{{ fail "it runs" }}',
        "list": [False, "no"],
        "lines": "---\nread: x\n",
    }


def test_each_file_is_laid_over_the_one_before(helm: HelmCli) -> None:
    below, above = b"image: {tag: a, pull: Always}\nonly: 1\n", b'{"image": {"tag": "b"}}'
    assert helm.values([below, above]) == {"image": {"tag": "b", "pull": "Always"}, "only": 1}
    assert helm.values([]) == {}
    assert helm.values([b""]) == {}


def test_what_helm_cannot_read_is_an_error(helm: HelmCli) -> None:
    with pytest.raises(ToolError, match="Helm cannot read these values") as caught:
        helm.values([b"a: [\n"])
    assert "0.yaml" in caught.value.why
