"""Annotated tags: made, read from the remote, and not believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.git import Person
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.flows.ports import Git
    from tests.support.repositories import Clone

pytestmark = pytest.mark.integration


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path)


@pytest.fixture
def git(monorepo: Monorepo) -> Git:
    return opened(monorepo)


def local_refs(clone: Clone) -> str:
    return clone.git("for-each-ref")


@pytest.mark.parametrize(
    "message", ["", "one line", "\n\n# text\n-----BEGIN\n\u2028 \r\n\ttab \x1b[31m", "é" * 70_000]
)
def test_a_tag_comes_back_as_it_was_made(monorepo: Monorepo, git: Git, message: str) -> None:
    before = local_refs(monorepo)
    git.create_tag("approvals/prod/shop/1.0.0/ada", monorepo.first, message)
    (tag,) = git.tags("approvals/prod/")
    assert tag.name == tag.inner_name == "approvals/prod/shop/1.0.0/ada"
    assert tag.target == monorepo.first
    assert tag.tagger == Person("Ada", "ada@example.com")
    assert tag.message == message
    assert tag.oid == monorepo.remote_refs()["refs/tags/approvals/prod/shop/1.0.0/ada"]
    assert local_refs(monorepo) == before


def test_tags_below_a_prefix_or_by_whole_name(monorepo: Monorepo, git: Git) -> None:
    for name in ("shop/1.0.0", "shop/1.0.0-rc.1", "shopping/1.0.0"):
        git.create_tag(name, monorepo.first, name)
    monorepo.git("push", "--quiet", "origin", f"{monorepo.first}:refs/tags/shop/light")
    assert [tag.name for tag in git.tags("shop/")] == ["shop/1.0.0", "shop/1.0.0-rc.1"]
    assert [tag.name for tag in git.tags("shop/1.0.0")] == ["shop/1.0.0"]
    assert [tag.name for tag in git.tags("shop/1.0.0", "shopping/")] == ["shop/1.0.0", "shopping/1.0.0"]
    assert len(git.tags("")) == 3
    assert git.tags("none/") == ()


def test_lightweight_tags_are_by_nobody(monorepo: Monorepo, git: Git) -> None:
    git.create_tag("shop/1.0.0", monorepo.first, "claim")
    monorepo.git("push", "--quiet", "origin", f"{monorepo.first}:refs/tags/shop/0.9.0")
    annotated, light = git.tags("shop/", lightweight=True)
    assert (annotated.name, annotated.lightweight) == ("shop/1.0.0", False)
    assert (light.name, light.lightweight, light.tagger) == ("shop/0.9.0", True, Person("", ""))
    assert light.target == light.oid == monorepo.first
    assert git.tags("shop/0.9.0") == ()
    assert git.annotated_refs("refs/tags/*") == {"refs/tags/shop/1.0.0": monorepo.first}


def test_tags_of_others_are_read_without_leaving_refs(monorepo: Monorepo) -> None:
    clone = monorepo.clone("other", "--no-tags", "--single-branch")
    before = local_refs(clone)
    oid = monorepo.commit("second")
    monorepo.push("main")
    opened(monorepo).create_tag("shop/1.0.0", oid, "claim")
    git = opened(clone)
    assert [tag.target for tag in git.tags("shop/")] == [oid]
    assert [tag.target for tag in git.tags("shop/")] == [oid]
    assert local_refs(clone) == before


def test_tags_in_a_shallow_clone(monorepo: Monorepo) -> None:
    opened(monorepo).create_tag("shop/1.0.0", monorepo.first, "claim")
    monorepo.commit("second")
    monorepo.push("main")
    clone = monorepo.clone("other", "--no-tags", shallow=1)
    assert [tag.target for tag in opened(clone).tags("shop/")] == [monorepo.first]


def test_a_moved_tag_shows_the_name_inside(monorepo: Monorepo, git: Git) -> None:
    git.create_tag("approvals/qa/shop/1.0.0/ada", monorepo.first, "yes")
    (tag,) = git.tags("approvals/qa/")
    monorepo.git("push", "--quiet", "origin", f"{tag.oid}:refs/tags/approvals/prod/shop/1.0.0/ada")
    (moved,) = git.tags("approvals/prod/")
    assert moved.name == "approvals/prod/shop/1.0.0/ada"
    assert moved.inner_name == "approvals/qa/shop/1.0.0/ada"


def test_a_tag_of_a_tag_leads_to_the_commit(monorepo: Monorepo, git: Git) -> None:
    monorepo.git("tag", "-a", "-m", "inner", "inner")
    monorepo.git("tag", "-a", "-m", "outer", "outer", "inner")
    monorepo.git("push", "--quiet", "origin", "refs/tags/outer")
    (tag,) = git.tags("outer")
    assert (tag.target, tag.inner_name, tag.message) == (monorepo.first, "outer", "outer")


@pytest.mark.parametrize(
    "tagger",
    [
        "tagger Eve <eve@x> <ada@example.com> 1790000000 +0000\n",
        "tagger <ada@example.com> Eve <eve@x> 1790000000 +0000\n",
        "tagger ada@example.com 1790000000 +0000\n",
        "tagger Ada <ada@example.com> never\n",
        "",
    ],
)
def test_a_forged_tagger_is_nobody(monorepo: Monorepo, git: Git, tagger: str) -> None:
    raw = f"object {monorepo.first}\ntype commit\ntag forged\n{tagger}\nyes\n"
    oid = monorepo.git("hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=raw)
    monorepo.git("push", "--quiet", "origin", f"{oid}:refs/tags/forged")
    (tag,) = git.tags("forged")
    assert tag.tagger == Person("", "")
    assert tag.message == "yes"


def test_tag_objects_are_ours_whatever_the_process_inherited(
    monorepo: Monorepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = opened(monorepo)
    git.create_tag("shop/1.0.0", monorepo.first, "hello")
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_ALTERNATE_OBJECT_DIRECTORIES"):
        monkeypatch.setenv(name, str(tmp_path))
    assert [tag.message for tag in git.tags("shop/")] == ["hello"]
