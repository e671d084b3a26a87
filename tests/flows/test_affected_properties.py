"""Five thousand random changes against a brute-force definition: none is missed, none is made up."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, cast

import pytest

from helmforge.domain.changes import Changed
from helmforge.flows import comparison
from helmforge.flows.affected import find
from tests.support.layouts import changed, expected, layout, settings
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from helmforge.flows.ports import Git
    from tests.support.layouts import Layout

_PURE, _BATCHES, _REAL = 4960, 8, 40


class TwoTrees:
    """Stands in for Git between two trees in memory; the real one passes the same test below."""

    def __init__(self, before: Layout, after: Layout) -> None:
        self._trees = {"base": before.files(), "HEAD": after.files()}

    def changes(self, base: str, head: str) -> tuple[Changed, ...]:
        old, new = self._trees[base], self._trees[head]
        return tuple(Changed(path) for path in sorted(old | new) if old.get(path) != new.get(path))

    def read_many(self, rev: str, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self._trees[rev][path].encode() for path in paths if path in self._trees[rev]}


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_no_affected_service_is_missed(batch: int) -> None:
    for number in range(_PURE // _BATCHES):
        seed = batch * 100_000 + number
        chance = random.Random(seed)
        before = layout(chance)
        after = changed(chance, before)
        git = cast("Git", TwoTrees(before, after))
        found = find(git, settings(), after.services(), comparison.Comparison(("base",)))
        assert {str(reason.service) for reason in found.reasons} == expected(before, after), seed
        for reason in found.reasons:
            assert reason.chain[-1].node.name == reason.service, seed


@pytest.mark.integration
@pytest.mark.parametrize("batch", range(4))
def test_nor_in_real_histories(tmp_path: Path, batch: int) -> None:
    """Branches of several commits, with merges of a trunk that went on."""
    for number in range(_REAL // 4):
        seed = 1_000_000 + batch * 1000 + number
        chance = random.Random(seed)
        start = layout(chance)
        repository = Monorepo(tmp_path / str(seed), start.files())
        repository.branch("feature/x")
        current = start
        for _ in range(chance.randint(1, 3)):
            current = changed(chance, current)
            _write(repository, current)
        if chance.random() < 0.5:
            repository.checkout("main")
            repository.write({"elsewhere/x": "x"})
            repository.commit("meanwhile")
            repository.push("main")
            repository.checkout("feature/x")
            repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "main")
        git = opened(repository)
        found = find(git, settings(), current.services(), comparison.since(git, "main"))
        assert {str(reason.service) for reason in found.reasons} == expected(start, current), seed


def _write(repository: Monorepo, wanted: Layout) -> None:
    repository.git("rm", "-r", "--quiet", "--force", ".")
    repository.write(wanted.files())
    repository.commit()
