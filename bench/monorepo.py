"""A generated monorepo, always the same one: services, libraries, a long trunk and a feature branch."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.importing import FastImport
from bench.processes import Command
from bench.tools import require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TRUNK, FEATURE = "main", "feature/x"
_SEED = 20261121
_SETTINGS = """\
registry: registry.example.com/shop
services: ["services/*"]
environments:
  qa:
    cluster: {context: dev}
    deploy: on-release
  prod:
    cluster: {context: prod}
    deploy: on-approval
    imageNamespace: prod
    approvals: {required: 1, from: [ada@example.com]}
"""


@dataclass(frozen=True)
class Size:
    services: int = 1000
    files_each: int = 98  # with the libraries and helmforge.yaml: 100,000 in all
    libraries: int = 40
    trunk_commits: int = 3000
    feature_commits: int = 50
    files_a_commit: int = 2  # of the feature branch
    images: bool = False  # a Dockerfile for each service

    @property
    def name(self) -> str:
        numbers = [self.services, self.files_each, self.libraries, self.trunk_commits, self.feature_commits]
        if self.files_a_commit != Size.files_a_commit:
            numbers.append(self.files_a_commit)
        return "-".join([*map(str, numbers), *(["images"] if self.images else [])])


@dataclass(frozen=True)
class Monorepo:
    """A clone with FEATURE checked out. `first` is the commit where all history begins."""

    root: Path
    first: str
    files: int


def monorepo(folder: Path, size: Size, environment: Mapping[str, str]) -> Monorepo:
    """The one in `folder`, generated when it is not there yet."""
    root = folder / "work"
    if not root.is_dir():
        draft = folder.with_name(f"{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        _generate(draft, size, environment)
        draft.rename(folder)
    first = _git(root, environment, "rev-list", "--max-parents=0", "HEAD").strip()
    return Monorepo(root, first, _git(root, environment, "ls-files").count("\n"))


def tree(size: Size) -> dict[str, str]:
    """Path -> content of the first commit."""
    chance = random.Random(_SEED)
    found = {"helmforge.yaml": _SETTINGS}
    libraries = [f"libs/lib-{number:02}" for number in range(size.libraries)]
    for library in libraries:
        found |= {f"{library}/src/part_{number:02}.py": _source(chance) for number in range(49)}
    for number in range(size.services):
        folder = f"services/svc-{number:04}"
        found |= _service(folder, size.files_each, libraries, chance)
        if size.images:
            found[f"{folder}/Dockerfile"] = _dockerfile(folder, libraries, chance)
            found[f"{folder}/service.yaml"] += "build: {context: ../..}\n"
    return found


def _dockerfile(folder: str, libraries: list[str], chance: random.Random) -> str:
    """Two stages that copy the service and a library out of the whole repository."""
    library = chance.choice(libraries)
    return (
        f"FROM python:3.13 AS build\nCOPY {library} /{library}\nCOPY {folder} /app\nRUN make -C /app\n"
        "FROM gcr.io/distroless/python3\nCOPY --from=build /app /app\n"
    )


def _service(
    folder: str, count: int, libraries: list[str], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """service.yaml says what a team would write: half of them need libraries, some another service."""
    lines = [f"context: team-{chance.randrange(20):02}", "type: web", "test: make test"]
    needs = chance.sample(libraries, chance.randrange(1, 4)) if chance.random() < 0.5 else []
    if chance.random() < 0.1:
        needs.append(f"svc-{chance.randrange(10):04}")
    lines += ["dependsOn:", *(f"  - {need}" for need in needs)] if needs else []
    yield f"{folder}/service.yaml", "\n".join([*lines, ""])
    for number in range(count - 1):
        yield f"{folder}/src/{'abcdefgh'[number % 8]}/module_{number:02}.py", _source(chance)


def _source(chance: random.Random) -> str:
    return "".join(f"VALUE_{line} = {chance.getrandbits(40)}\n" for line in range(8))


def _generate(folder: Path, size: Size, environment: Mapping[str, str]) -> None:
    root = folder / "work"
    root.mkdir(parents=True)
    _git(root, environment, "init", "--quiet", f"--initial-branch={TRUNK}", "--template=")
    _git(root, environment, "config", "gc.auto", "0")
    chance = random.Random(_SEED + 1)
    files = tree(size)
    sources = [path for path in files if path.endswith(".py")]
    with FastImport(root, environment) as history:
        history.commit(TRUNK, "first", files)
        for number in range(size.trunk_commits):
            changed = chance.sample(sources, 2)
            history.commit(TRUNK, f"trunk {number}", {path: _source(chance) for path in changed})
        history.branch(FEATURE, TRUNK)
        for number in range(size.feature_commits):
            changed = chance.sample(sources, size.files_a_commit)
            history.commit(FEATURE, f"feature {number}", {path: _source(chance) for path in changed})
    remote = folder / "remote.git"
    _git(root, environment, "clone", "--quiet", "--bare", "--template=", ".", str(remote))
    _git(root, environment, "remote", "add", "origin", "../remote.git")
    _git(root, environment, "fetch", "--quiet", "origin")
    _git(root, environment, "checkout", "--quiet", "--force", FEATURE)


def _git(root: Path, environment: Mapping[str, str], *arguments: str) -> str:
    return Command((str(require("git")), *arguments), environment, root).output()
