"""What brings the interpreter of Jenkins to a machine (dev/jenkins_interpreter.py)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from dev import jenkins_interpreter
from dev.cache import SetupError
from tests.support.tools import path_with

if TYPE_CHECKING:
    from pathlib import Path

_JAR = b"a jar\n"
_MVN = """\
#!/bin/sh
for word; do case $word in -DoutputDirectory=*) folder=${word#*=};; esac; done
mkdir "$folder" && echo "a jar" > "$folder/groovy.jar"
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine with an empty cache, whose Maven finds one jar. Returns the pins."""
    mvn = tmp_path / "bin" / "mvn"
    mvn.parent.mkdir()
    mvn.write_text(_MVN, encoding="utf-8")
    mvn.chmod(0o755)
    monkeypatch.setenv("PATH", path_with(mvn))
    monkeypatch.setenv("HELMFORGE_CACHE", str(tmp_path / "cache"))
    jars = {"groovy.jar": hashlib.sha256(_JAR).hexdigest()}
    monkeypatch.setattr(jenkins_interpreter, "pins", lambda: {"jenkins": jars})
    return jars


def test_the_pinned_jars_are_fetched_once(machine: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert jenkins_interpreter.interpreter() is None
    jenkins_interpreter.ensure_interpreter()
    folder = jenkins_interpreter.interpreter()
    assert folder is not None
    assert (folder / "groovy.jar").read_bytes() == _JAR
    monkeypatch.setenv("PATH", "/nowhere")
    jenkins_interpreter.ensure_interpreter()


def test_other_jars_than_the_pinned_ones_are_refused(machine: dict[str, str]) -> None:
    machine["groovy-cps.jar"] = machine["groovy.jar"]
    with pytest.raises(SetupError, match="expected the jars"):
        jenkins_interpreter.ensure_interpreter()
    assert jenkins_interpreter.interpreter() is None
