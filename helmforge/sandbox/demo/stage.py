"""Where the demo plays: a folder with a bare remote, two clones, a sandbox and an image store."""

from __future__ import annotations

import shlex
import shutil
import signal
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helmforge.adapters.process import Runner
from helmforge.errors import RefusedError, StepError, UsageError
from helmforge.sandbox.demo.monorepo import source_files, write_files, write_program
from helmforge.sandbox.demo.narration import Role
from helmforge.sandbox.demo.people import Person, environment
from helmforge.sandbox.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from helmforge.sandbox.demo.narration import Narrate
    from helmforge.sandbox.demo.preflight import Tools

ENVIRONMENT_FILE = "environment.sh"
_STORAGE = """\
[storage]
driver = "vfs"
graphroot = {graph}
runroot = {run}
rootless_storage_path = {graph}
"""


@dataclass(frozen=True)
class Stage:
    """`kim` writes the code, `ada` approves. `cluster` is the kind of the sandbox's cluster."""

    folder: Path
    cluster: str
    kim: Person
    ada: Person
    builder: str
    sandbox: Lifecycle
    narrate: Narrate

    def registry(self) -> str:
        """Its address, once the sandbox is up."""
        found = self.sandbox.status().sandbox
        if found is None:
            raise UsageError("the demo's sandbox is not up", where=str(self.sandbox.folder))
        return found.registry

    def say(self, text: str) -> None:
        self.narrate(Role.REMARK, text)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """StepError when something in it cannot be removed."""
    folder = Path(tempfile.mkdtemp(prefix="helmforge-demo-")).resolve()
    try:
        yield folder
    finally:
        with _uninterrupted():
            shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise StepError(
            "the demo's folder could not be removed completely",
            where=str(folder),
            hint=f"rm -r {folder}, or with files of image layers: buildah unshare rm -r {folder}",
        )


def kept_folder(folder: Path) -> Path:
    """An empty folder that stays. RefusedError when there is something in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise UsageError(
            "this cannot be the folder of the demo", where=str(folder), why=str(error)
        ) from error
    if occupied:
        raise RefusedError(
            "the folder is not empty", where=str(folder), hint="name another one: helmforge demo --keep DIR"
        )
    return folder


def set_up(folder: Path, cluster: str, tools: Tools, inherited: Mapping[str, str], narrate: Narrate) -> Stage:
    """Everything but the sandbox, which the demo starts before the eyes of the audience."""

    def person(name: str) -> Person:
        home = folder / "home" / name
        home.mkdir(parents=True)
        added = {
            "KUBECONFIG": str(folder / "sandbox" / "kubeconfig"),
            "CONTAINERS_STORAGE_CONF": str(storage),
        }
        if tools.builder == "docker":  # its contexts are there; buildah wants no such variable
            added["DOCKER_CONFIG"] = inherited.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
        clone = folder / name
        return Person(name, f"{name}@example.com", clone, environment(home, inherited, added), narrate)

    storage = folder / "storage.conf"
    paths = {"graph": f'"{folder / "images" / "graph"}"', "run": f'"{folder / "images" / "run"}"'}
    storage.write_text(_STORAGE.format(**paths), encoding="utf-8")
    kim, ada = person("kim"), person("ada")
    _make_remote(folder / "remote.git", kim, tools)
    _clone(folder / "remote.git", ada)
    _write_environment(folder / ENVIRONMENT_FILE, kim)
    sandbox = Lifecycle(folder / "sandbox", inherited, lambda _line: None)
    return Stage(folder, cluster, kim, ada, tools.builder, sandbox, narrate)


@contextmanager
def torn_down(stage: Stage) -> Iterator[None]:
    """Afterwards nothing of it runs, whatever happens. Ctrl-C does not stop the tidying up."""
    try:
        yield
    finally:
        with _uninterrupted():
            if stage.builder == "docker":
                _remove_docker_images(stage)
            stage.sandbox.down()


def _make_remote(remote: Path, author: Person, tools: Tools) -> None:
    git = Runner(author.environment)
    git.check(
        ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(remote)], what="git init failed"
    )
    _clone(remote, author)
    author.quietly("git", "switch", "--quiet", "--create", "main")
    write_files(author.folder, source_files())
    write_program(author.folder, tools.busybox.read_bytes())
    author.quietly("git", "add", ".")
    author.quietly("git", "commit", "--quiet", "--message", "Three services and a library")
    author.quietly("git", "push", "--quiet", "--set-upstream", "origin", "main")


def _clone(remote: Path, person: Person) -> None:
    """The identity is part of the clone: it holds by hand too."""
    argv = ["git", "clone", "--quiet", str(remote), str(person.folder)]
    Runner(person.environment).check(argv, what="git clone failed")
    person.quietly("git", "config", "user.name", person.name.capitalize())
    person.quietly("git", "config", "user.email", person.email)


def _write_environment(path: Path, person: Person) -> None:
    """What somebody needs who plays on by hand."""
    names = ("KUBECONFIG", "CONTAINERS_STORAGE_CONF")
    lines = [f"export {name}={shlex.quote(person.environment[name])}" for name in names]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _remove_docker_images(stage: Stage) -> None:
    """The others have a store of their own in the demo's folder; Docker's daemon has one for all."""
    found = stage.sandbox.status().sandbox
    if found is None:
        return
    runner = Runner(stage.kim.environment)
    listed = runner.run(["docker", "image", "ls", "--quiet", "--filter", f"reference={found.registry}/*"])
    images = sorted(set(listed.out.split()))
    if images:
        runner.run(["docker", "image", "rm", "--force", *images])


@contextmanager
def _uninterrupted() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
