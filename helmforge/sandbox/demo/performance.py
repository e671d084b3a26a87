"""`helmforge demo` from the first look for tools to the last thing tidied up."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from helmforge.sandbox.demo.narration import Role
from helmforge.sandbox.demo.preflight import find_tools
from helmforge.sandbox.demo.scenario import play
from helmforge.sandbox.demo.stage import ENVIRONMENT_FILE, kept_folder, set_up, temporary_folder, torn_down

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from helmforge.sandbox.demo.narration import Narrate
    from helmforge.sandbox.demo.stage import Stage


def perform(
    keep: Path | None,
    cluster: str,
    environment: Mapping[str, str],
    builder: Callable[[], str],
    narrate: Narrate,
) -> None:
    """Without `keep` (an absolute path) nothing is left of it, also when it fails or is interrupted.

    `builder` names the image builder or raises MissingToolError. Raises StepError when a command
    does not end as it should.
    """
    began = time.monotonic()
    tools = find_tools(cluster, environment, builder)
    if keep is not None:
        stage = set_up(kept_folder(keep), cluster, tools, environment, narrate)
        try:
            play(stage)
        except BaseException:
            stage.say(f"What there is stays in {stage.folder}.")
            _explain_the_end(stage)
            raise
        _explain_what_stays(stage)
        _explain_the_end(stage)
        return
    with temporary_folder() as folder:
        stage = set_up(folder, cluster, tools, environment, narrate)
        with torn_down(stage):
            play(stage)
    narrate(Role.REMARK, f"Done in {time.monotonic() - began:.0f} s, and everything is removed again.")
    narrate(Role.REMARK, "To play on by hand: helmforge demo --keep DIR")


def _explain_what_stays(stage: Stage) -> None:
    folder = shlex.quote(str(stage.folder))
    stage.narrate(Role.CHAPTER, "Your turn")
    stage.say(f"Everything stays in {stage.folder}, and the sandbox is up. Be Kim (or Ada: cd {folder}/ada):")
    stage.narrate(Role.OUTPUT, f"  cd {folder}/kim && . ../{ENVIRONMENT_FILE}")
    stage.narrate(Role.OUTPUT, "  helmforge release status")
    stage.narrate(Role.OUTPUT, "  helmforge release cut orders 1.0.0")


def _explain_the_end(stage: Stage) -> None:
    folder = shlex.quote(str(stage.folder))
    stage.say("To end it:")
    stage.narrate(Role.OUTPUT, f"  helmforge sandbox down --folder {folder}/sandbox && rm -r {folder}")
