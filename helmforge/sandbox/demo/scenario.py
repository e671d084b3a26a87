"""The demo itself: one readable list of chapters."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from helmforge.errors import ExitCode, StepError
from helmforge.sandbox.demo import evidence, monorepo
from helmforge.sandbox.demo.narration import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from helmforge.sandbox.demo.stage import Stage

SERVICE, VERSION = "notification", "1.0.0"
_BRANCH = f"release/{SERVICE}/{VERSION}"
_APPROVERS = "from: [ada@example.com, kim@example.com]"
_IMAGES = "jsonpath={.spec.template.spec.containers[*].image}"
_TAIL_LINES = 20
_FEW = 3  # lines of output, where the rest says no more


def play(stage: Stage) -> None:
    for number, (title, chapter) in enumerate(CHAPTERS, start=1):
        stage.narrate(Role.CHAPTER, f"{number}. {title}")
        chapter(stage)


def sandbox(stage: Stage) -> None:
    stage.say("A registry and a cluster to play with, on this machine's loopback only.")
    kind = "" if stage.cluster == "emulated" else f" --cluster {stage.cluster}"
    stage.kim.types(f"helmforge sandbox up{kind} --folder {shlex.quote(str(stage.sandbox.folder))}")
    stage.say("The platform team has made the namespaces of the team `shop`.")
    stage.kim.types("kubectl --context dev create namespace shop-qa")
    stage.kim.types("kubectl --context prod create namespace shop-prod")


def adoption(stage: Stage) -> None:
    stage.say("Kim's repository: three services; `notification` and `orders` share libs/greeting.")
    kim = stage.kim
    kim.types("git ls-files services libs")
    kim.types(f"helmforge init --registry {stage.registry()}")
    stage.say("Kim says in service.yaml what cannot be guessed, and in helmforge.yaml who may approve.")
    for name in monorepo.SERVICES:
        monorepo.write_files(kim.folder, {f"services/{name}/service.yaml": monorepo.service_file(name)})
    kim.types(f"cat services/{SERVICE}/service.yaml")
    _edit(kim.folder / "helmforge.yaml", r"(approvals: \{required: 1, )(.*\}).*", rf"\1{_APPROVERS}, \2")
    _edit(kim.folder / "helmforge.yaml", r"\Z", f"builder: {stage.builder}\n")
    kim.types("grep -n approvals helmforge.yaml")
    stage.say("A chart for each service.")
    for number, name in enumerate(monorepo.SERVICES):
        kim.types(f"helmforge scaffold {name}", shown=_FEW if number else None)
    _commit(stage, "Charts for all services")
    kim.types("git push --quiet")


def feature(stage: Stage) -> None:
    stage.say("A change of the shared library. Who is affected?")
    kim = stage.kim
    kim.types("git switch --quiet --create feature/warmer")
    _edit(kim.folder / monorepo.GREETING, "Hello from", "A warm hello from")
    kim.types("git diff --unified=0")
    _commit(stage, "A warmer greeting")
    kim.types("git push --quiet --set-upstream origin feature/warmer")
    stage.say("Your CI runs one command for every event. For a feature branch: tests, lint, render.")
    planned = kim.types("helmforge pipeline plan")
    if "web" in planned.split():
        raise StepError("the demo stops: `web` does not use the library, and is affected all the same")
    kim.types("helmforge pipeline run")


def pull_request(stage: Stage) -> None:
    stage.say("The same for a pull request: now the images are built, and charts are held to the policy.")
    stage.kim.types("helmforge pipeline run --event pull_request")
    stage.say("Reviewed and merged.")
    stage.kim.types("git switch --quiet main")
    stage.kim.types('git merge --quiet --no-ff --message "Merge feature/warmer" feature/warmer')
    stage.kim.types("git push --quiet")


def release(stage: Stage) -> None:
    stage.say(
        "A release is a branch. Its pipeline claims the version, publishes image and chart, deploys to QA."
    )
    kim = stage.kim
    kim.types(f"helmforge release cut {SERVICE} {VERSION}")
    kim.types("git fetch --quiet")
    kim.types(f"git switch --quiet {_BRANCH}")
    kim.types("helmforge pipeline run")


def again(stage: Stage) -> None:
    stage.say("Every step looks first whether its result is there: the same command again changes nothing.")
    _expect("nothing to do", stage.kim.types("helmforge pipeline run"))


def approval(stage: Stage) -> None:
    promote = f"helmforge release promote {SERVICE} {VERSION} --env prod"
    approve = f"helmforge release approve {SERVICE} {VERSION} --env prod"
    stage.say("Nobody has signed this artifact off: production says no (exit code 3).")
    stage.kim.types(promote, code=ExitCode.REFUSED)
    stage.say("Kim wrote it, and may not approve it.")
    stage.kim.types(approve, code=ExitCode.REFUSED)
    stage.say("Ada, in her own clone, may.")
    stage.ada.types("git pull --quiet")
    stage.ada.types(approve)


def promotion(stage: Stage) -> None:
    stage.say("The image gets a second name inside the registry: nothing is rebuilt, nothing is pulled.")
    stage.ada.types(f"helmforge release promote {SERVICE} {VERSION} --env prod")


def result(stage: Stage) -> None:
    stage.say("What stands where.")
    stage.kim.types("helmforge release status")
    stage.kim.types(
        f"kubectl --context prod --namespace shop-prod get deployment {SERVICE} --output {_IMAGES}"
    )
    stage.say("QA and production, as the registry stores them:")
    registry = stage.registry()
    names = {"QA": SERVICE, "production": f"prod/{SERVICE}"}
    digests = {place: evidence.digest(registry, name, VERSION) for place, name in names.items()}
    for place, name in names.items():
        stage.narrate(Role.OUTPUT, f"{place:<10}  {registry}/{name + ':' + VERSION:<24}  {digests[place]}")
    if len(set(digests.values())) > 1:
        raise StepError("the demo stops: production does not have the bytes that QA has")
    stage.narrate(Role.OUTPUT, "the same digest: the same bytes")


CHAPTERS: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("A sandbox", sandbox),
    ("Adopt a repository", adoption),
    ("A feature branch", feature),
    ("A pull request", pull_request),
    ("A release branch", release),
    ("Once more", again),
    ("The approval", approval),
    ("Into production", promotion),
    ("The result", result),
)


def _commit(stage: Stage, message: str) -> None:
    stage.kim.types("git add .")
    stage.kim.types(f"git commit --quiet --message {shlex.quote(message)}")


def _edit(path: Path, pattern: str, replacement: str) -> None:
    """As somebody does it in an editor. StepError when there is nothing to replace."""
    text, changed = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
    if not changed:
        raise StepError(f"the demo stops: {path.name} has no {pattern!r}", where=str(path))
    path.write_text(text, encoding="utf-8")


def _expect(words: str, output: str) -> None:
    if words not in output:
        said = "\n".join(output.splitlines()[-_TAIL_LINES:])
        raise StepError(f"the demo stops: the command should have said {words!r}", why=said)
