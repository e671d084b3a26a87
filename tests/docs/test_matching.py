"""The comparison of pages with reality must be able to fail."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.docs.console import Typed, Written, differences, script
from tests.docs.markdown import Page
from tests.docs.matching import fits

if TYPE_CHECKING:
    from pathlib import Path

_DIGESTS = ("sha256:" + "0" * 64, "sha256:" + "a1" * 32)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("one\ntwo\n", "one\ntwo\n"),
        ("one\n...\nfour\n", "one\ntwo\nthree\nfour\n"),
        ("one\n...\n", "one\n"),
        ("wrote ... files\n", "wrote 33 files\n"),
        (f"digest={_DIGESTS[0]}\n", f"digest={_DIGESTS[1]}\n"),
        ("digest=sha256:5b4e...\n", f"digest={_DIGESTS[1]}\n"),
        ("qa  1.0.0  9s   deployed\n", "qa  1.0.0  12m  deployed\n"),
        ("push 127.0.0.1:5000/a:1 (1.0 s)\n", "push 127.0.0.1:31234/a:1 (0.3 s)\n"),
        ("created x at fa20d76b51fc\n", "created x at 0123456789ab\n"),
    ],
)
def test_what_fits(shown: str, printed: str) -> None:
    assert fits(shown, printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("one\n", "two\n"),
        ("one\n", "one\ntwo\n"),
        ("one\ntwo\n", "one\n"),
        ("", "warning: something\n"),
        ("one\n...\nfour\n", "one\ntwo\n"),
        ("digest=sha256:5b4e...\n", "digest=\n"),
        ("qa 1.0.0\n", "qa 1.0.1\n"),
        ("9s\n", "9 s\n"),
    ],
)
def test_what_does_not(shown: str, printed: str) -> None:
    assert not fits(shown, printed)


_PAGE = """\
```console
$ cd inner
$ cat greeting.txt
hello
```
```text greeting.txt
hello
```
```console
$ echo "error: $(cat greeting.txt)"; false
error: hello
$ cat
```
"""


def _differences(tmp_path: Path, text: str) -> list[str]:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "greeting.txt").write_text("hello\n", encoding="utf-8")
    return differences(script(Page(page)), tmp_path, os.environ | {"HOME": str(tmp_path)})


def test_a_page_is_a_script() -> None:
    steps = [Typed("cd x", "", 2), Typed("ls", "a\nb\n", 3), Written("b.txt", "text\n")]
    page = Page.__new__(Page)
    page.text = "```console\n$ cd x\n$ ls\na\nb\n```\n```text b.txt\ntext\n```\n```text\nother\n```\n"

    assert script(page) == steps


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("$ cat\n", "$ echo\n", 12),
        ("$ cat\n", "$ false\n", 12),
        ("error: hello\n", "hello\n", 10),
        ("$ cat greeting.txt\nhello\n", "$ cat greeting.txt\nhullo\n", 3),
    ],
)
def test_a_page_that_lies_is_found(tmp_path: Path, right: str, wrong: str, line: int) -> None:
    found = _differences(tmp_path, _PAGE.replace(right, wrong, 1))

    assert [text.partition(":")[0] for text in found] == [f"line {line}"]


def test_a_page_that_tells_the_truth(tmp_path: Path) -> None:
    assert _differences(tmp_path, _PAGE) == []
