"""History, differences and contents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helmforge.domain.changes import Changed
from helmforge.errors import StepError, ToolError, UsageError
from tests.support.repositories import Monorepo, opened

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.integration

UNKNOWN = "1" * 40


@pytest.fixture
def monorepo(tmp_path: Path) -> Monorepo:
    return Monorepo(tmp_path)


def test_merge_base(monorepo: Monorepo) -> None:
    monorepo.branch("feature/a")
    side = monorepo.commit("on the side")
    monorepo.checkout("main")
    main = monorepo.commit("on main")
    git = opened(monorepo)
    assert git.merge_bases(side, main) == (monorepo.first,)
    monorepo.git("checkout", "--quiet", "--orphan", "unrelated")
    assert git.merge_bases(monorepo.commit("alone"), main) == ()


def test_a_commit_that_was_never_fetched_has_no_merge_base(monorepo: Monorepo) -> None:
    with pytest.raises(UsageError, match="not in this clone"):
        opened(monorepo).merge_bases("HEAD", UNKNOWN)


def test_a_shallow_clone_says_so_and_tells_no_history(monorepo: Monorepo) -> None:
    for number in range(4):
        monorepo.commit(str(number))
    monorepo.push()
    shallow = monorepo.clone("shallow", shallow=2)
    git = opened(shallow)
    assert git.is_shallow()
    with pytest.raises(UsageError, match="shallow") as caught:
        git.merge_bases("HEAD", "refs/remotes/origin/main")
    assert "--unshallow" in caught.value.hint
    with pytest.raises(UsageError, match="shallow"):
        git.log(None, "HEAD")
    shallow.git("fetch", "--quiet", "--unshallow")
    assert git.merge_bases("HEAD", monorepo.first) == (monorepo.first,)


def test_changed_paths_name_both_sides_of_a_rename(monorepo: Monorepo) -> None:
    monorepo.write({"services/a/long.txt": "same\n" * 50, "services/a/gone": "x"})
    base = monorepo.commit()
    monorepo.git("mv", "services/a/long.txt", "moved.txt")
    monorepo.git("rm", "--quiet", "services/a/gone")
    head = monorepo.commit()
    monorepo.git("config", "diff.renames", "copies")
    assert _paths(monorepo, base, head) == ["moved.txt", "services/a/gone", "services/a/long.txt"]


def _paths(monorepo: Monorepo, base: str, head: str) -> list[str]:
    return [one.path for one in opened(monorepo).changes(base, head)]


def test_after_criss_cross_merges_there_are_several_bases(monorepo: Monorepo) -> None:
    monorepo.branch("one")
    one = monorepo.commit("one")
    monorepo.checkout("main")
    other = monorepo.commit("other")
    monorepo.git("merge", "--quiet", "--no-ff", "--message", "m", one)
    monorepo.checkout("one")
    monorepo.git("merge", "--quiet", "--no-ff", "--message", "m", other)
    assert set(opened(monorepo).merge_bases("HEAD", "refs/heads/main")) == {one, other}


def test_a_shallow_clone_is_deepened(monorepo: Monorepo) -> None:
    for number in range(4):
        monorepo.commit(str(number))
    monorepo.push()
    git = opened(monorepo.clone("shallow", shallow=1))
    git.deepen()
    assert not git.is_shallow()
    assert git.merge_bases("HEAD", monorepo.first) == (monorepo.first,)
    git.deepen()


def test_modes_links_and_submodules_are_changes(monorepo: Monorepo) -> None:
    monorepo.write({"run": "x", "plain": "x"})
    (monorepo.root / "link").symlink_to("run")
    base = monorepo.commit()
    (monorepo.root / "run").chmod(0o755)
    (monorepo.root / "link").unlink()
    (monorepo.root / "link").symlink_to("plain")
    entry = f"160000,{monorepo.first},vendor"
    monorepo.git("update-index", "--add", "--cacheinfo", entry)
    monorepo.git("add", "run", "link")
    monorepo.git("commit", "--quiet", "--message", "modes")
    found = opened(monorepo).changes(base, "HEAD")
    assert set(found) == {Changed("run"), Changed("link", opaque=True), Changed("vendor", opaque=True)}


def test_many_files_are_read_at_once(monorepo: Monorepo) -> None:
    monorepo.write({"a/x": "1\n", "a/empty": "", "b missing": "2", "new\nline": "3", "a/*": "4", "-z": "5"})
    head = monorepo.commit()
    asked = ["a/x", "no", "a/empty", "a", "new\nline", "b missing", "a/x/y", "", "a/*", "a/x", "-z", ":/"]
    assert opened(monorepo).read_many(head, asked) == {
        "a/x": b"1\n",
        "a/empty": b"",
        "b missing": b"2",
        "new\nline": b"3",
        "a/*": b"4",
        "-z": b"5",
    }
    assert opened(monorepo).read_many(head, []) == {}


def test_more_files_are_read_than_a_command_line_holds(monorepo: Monorepo) -> None:
    monorepo.write({f"many/{'long' * 20}-{number}": str(number) for number in range(20)})
    head = monorepo.commit()
    asked = [f"many/{'long' * 20}-{number}" for number in range(40_000)]
    assert len(opened(monorepo).read_many(head, asked)) == 20


def test_changed_paths_keep_every_byte_of_a_name(monorepo: Monorepo) -> None:
    odd = [b'new\nline "quoted"', b"latin1-\xe9", "größe".encode(), b"back\\slash", b"-dash"]
    for name in odd:
        (monorepo.root / os.fsdecode(name)).write_text("x")
    head = monorepo.commit()
    found = _paths(monorepo, monorepo.first, head)
    assert {os.fsencode(path) for path in found} == set(odd)


def test_changed_paths_of_an_unknown_commit(monorepo: Monorepo) -> None:
    with pytest.raises(ToolError, match="cannot compare"):
        opened(monorepo).changes(UNKNOWN, "HEAD")
    with pytest.raises(UsageError, match="not a ref name"):
        opened(monorepo).changes("--output=/tmp/x", "HEAD")


def test_log_is_newest_first_and_filtered_by_path(monorepo: Monorepo) -> None:
    wanted = []
    for number in range(3):
        monorepo.write({f"services/a/{number}": "x"})
        wanted.append(monorepo.commit(f"a{number}"))
        monorepo.write({f"services/b/{number}": "x"})
        monorepo.commit(f"b{number}")
    git = opened(monorepo)
    assert [commit.oid for commit in git.log(monorepo.first, "HEAD", ["services/a"])] == wanted[::-1]
    assert len(git.log(None, "HEAD")) == 7
    assert git.log("HEAD", "HEAD") == ()


def test_log_takes_paths_literally(monorepo: Monorepo) -> None:
    monorepo.write({"services/a/x": "x"})
    monorepo.commit("a")
    assert opened(monorepo).log(None, "HEAD", ["services/*", ":(top)services"]) == ()


def test_read_a_file_of_a_commit(monorepo: Monorepo) -> None:
    content = b"\x00\xff binary \r\n"
    (monorepo.root / "bin").write_bytes(content)
    (monorepo.root / "link").symlink_to("bin")
    old = monorepo.commit()
    (monorepo.root / "bin").unlink()
    monorepo.commit()
    git = opened(monorepo)
    assert git.read(old, "bin") == content
    assert git.read("HEAD", "bin") is None
    assert git.read(old, "link") is None
    assert git.read(old, "nowhere/at/all") is None


def test_read_tells_an_unknown_commit_from_a_missing_file(monorepo: Monorepo) -> None:
    with pytest.raises(UsageError, match="not in this clone"):
        opened(monorepo).read(UNKNOWN, "README.md")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "x\0y"])
def test_read_stays_inside(monorepo: Monorepo, path: str) -> None:
    with pytest.raises(UsageError, match="not a path inside"):
        opened(monorepo).read("HEAD", path)


def test_files_below_a_folder(monorepo: Monorepo) -> None:
    binary = bytes(range(256)) * 50
    monorepo.write({"services/a/chart/Chart.yaml": "name: a\n", "services/ab/x": "", "services/a/empty": ""})
    (monorepo.root / "services/a/chart/b\nin").write_bytes(binary)
    oid = monorepo.commit()
    monorepo.write({"services/a/untracked": ""})
    assert opened(monorepo).files(oid, "services/a") == {
        "chart/Chart.yaml": b"name: a\n",
        "chart/b\nin": binary,
        "empty": b"",
    }
    assert opened(monorepo).files(oid, "services/none") == {}
    assert "README.md" in opened(monorepo).files(oid, ".")


def test_files_do_not_follow_symbolic_links(monorepo: Monorepo) -> None:
    monorepo.write({"services/a/x": ""})
    (monorepo.root / "services/a/passwd").symlink_to("/etc/passwd")
    monorepo.commit()
    with pytest.raises(StepError, match="symbolic link"):
        opened(monorepo).files("HEAD", "services/a")


def test_dirty_paths(monorepo: Monorepo) -> None:
    monorepo.write({"services/a/x": "1", "services/a/y": "1", "services/b/z": "1", ".gitignore": "*.log\n"})
    monorepo.commit()
    git = opened(monorepo)
    assert git.dirty_paths("") == ()
    monorepo.write({"services/a/x": "2", "services/a/new\n": "", "services/a/x.log": "", "services/b/z": "2"})
    monorepo.git("mv", "services/a/y", "services/a/moved")
    assert git.dirty_paths("services/a") == (
        "services/a/moved",
        "services/a/new\n",
        "services/a/x",
        "services/a/y",
    )
    assert git.dirty_paths("services/b") == ("services/b/z",)


def test_dirty_paths_where_git_lfs_is_wanted_and_missing(monorepo: Monorepo) -> None:
    """Its filter would fail for every file whose time differs."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 9\n"
    monorepo.write({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "m.bin": pointer})
    monorepo.commit()
    for key in ("clean", "smudge", "process"):
        monorepo.git("config", f"filter.lfs.{key}", f"git-lfs-that-is-missing {key}")
    monorepo.git("config", "filter.lfs.required", "true")
    os.utime(monorepo.root / "m.bin", (1, 1))
    assert opened(monorepo).dirty_paths("") == ()
    monorepo.write({"m.bin": pointer.replace("a", "b")})
    assert opened(monorepo).dirty_paths("") == ("m.bin",)
    monorepo.git("config", "filter.lfs.required", "false")
    assert opened(monorepo).dirty_paths("") == ("m.bin",)
