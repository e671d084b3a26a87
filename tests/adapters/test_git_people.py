"""Who is who by the trunk's .mailmap, and who wrote a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.git import Person
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration
ADA = Person("", "ada@example.com")


def test_addresses_of_one_person(tmp_path: Path) -> None:
    mailmap = "Ada <ada@example.com> <ada@home.example>\n<bo@example.com> <BO@Old.example>\nnonsense\n"
    repo = Monorepo(tmp_path, {".mailmap": mailmap})
    anybody, bo = Person("Anybody", "Ada@Home.Example"), Person("", "bo@old.example")
    assert opened(repo).aliases([anybody, bo, ADA, Person("x", "not <it>")], repo.first) == {
        anybody: "ada@example.com",
        Person("", "Ada@Home.Example"): "ada@example.com",
        bo: "bo@example.com",
        ADA: "ada@example.com",
    }


def test_an_address_that_belongs_to_one_name_only(tmp_path: Path) -> None:
    """Each contact is its own; whoever has such an address is there with the names of the .mailmap, too."""
    mailmap = "Ada <ada@example.com> Ada <root@localhost>\n"
    repo = Monorepo(tmp_path, {".mailmap": mailmap})
    ada, zed, nobody = (Person(name, "root@localhost") for name in ("Ada", "Zed", ""))
    expected = {ada: "ada@example.com", zed: "root@localhost", nobody: "root@localhost"}
    assert opened(repo).aliases([ada, zed], repo.first) == expected
    assert opened(repo).aliases([zed], repo.first) == expected


def test_only_the_revision_decides_who_is_who(tmp_path: Path) -> None:
    """Not the work tree, not HEAD, not the user's own configuration."""
    repo = Monorepo(tmp_path)
    repo.write({".mailmap": "<eve@example.com> <ada@example.com>\n"})
    (tmp_path / "mine").write_text("<eve@example.com> <ada@example.com>\n", encoding="utf-8")
    repo.git("config", "mailmap.file", str(tmp_path / "mine"))
    repo.git("config", "mailmap.blob", "HEAD:.mailmap")
    repo.commit("aliases")
    assert opened(repo).aliases([ADA], repo.first) == {ADA: "ada@example.com"}
    assert opened(repo).aliases([ADA], repo.head()) == {ADA: "eve@example.com"}


def test_a_mailmap_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    repo = Monorepo(tmp_path)
    (tmp_path / "mine").write_text("<eve@example.com> <ada@example.com>\n", encoding="utf-8")
    (repo.root / ".mailmap").symlink_to(tmp_path / "mine")
    repo.commit("link")
    assert opened(repo).aliases([ADA], repo.head()) == {ADA: "ada@example.com"}


def test_co_authors_stand_in_trailers(tmp_path: Path) -> None:
    repo = Monorepo(tmp_path)
    trailers = (
        "co-authored-by: Bo <bo@example.com>\nCo-Authored-By: Cy\n  <cy@example.com>\nCo-authored-by: x"
    )
    repo.commit(f"change\n\nCo-authored-by: not@here\n\ntext\n\n{trailers}")
    commit = opened(repo).commit("HEAD")
    assert commit is not None
    assert commit.co_authors == (Person("Bo", "bo@example.com"), Person("Cy", "cy@example.com"))
