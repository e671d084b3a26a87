"""What a Dockerfile reads."""

from __future__ import annotations

import pytest

from helmforge.domain.dockerfile import BuildInputs, inputs
from helmforge.domain.dockerfile.ignoring import Ignored
from helmforge.domain.dockerfile.variables import UNKNOWN
from helmforge.domain.selection import Selection, split


def paths(text: str, target: str = "", **args: str) -> list[str]:
    return [source.path.replace(UNKNOWN, "?any?") for source in inputs(text, args, target).sources]


def images(text: str, target: str = "", **args: str) -> list[str]:
    return [image.reference.replace(UNKNOWN, "?any?") for image in inputs(text, args, target).images]


COPIES = {
    "FROM x\nCOPY a b/ /c/": ["a", "b"],
    "from x\r\ncopy a /c\r\n": ["a"],
    "FROM x\nCOPY . .": [""],
    "FROM x\nADD ../../../a ./b/../c //d /x": ["a", "c", "d"],
    'FROM x\nCOPY ["a b", "c*", "/x/"]': ["a b", "c*"],
    "FROM x\nCOPY --chown=a:b --link a /": ["a"],
    "FROM x\nCOPY a \\\n  # why\n\n  b \\\n  /x": ["a", "b"],
    "FROM x\nCOPY fo\\\no /x": ["foo"],
    "# escape=`\nFROM x\nCOPY a `\n b /x\nCOPY c\\d /": ["a", "b", "c/d"],
    "# no directive\n# escape=`\nFROM x\nCOPY a \\\n b /x": ["a", "b"],
    "FROM x\nRUN <<EOF\nCOPY no /\nFROM no\nEOF\nCOPY a /": ["a"],
    "FROM x\nRUN <<-'A' <<B\nx\n\tA\nB\nCOPY a /": ["a"],
    "FROM x\nCOPY <<EOF a /x/\ntext\nEOF\nCOPY b /": ["a", "b"],
    "FROM x\nADD https://x.example/y.tgz a /": ["a"],
    "FROM x\nRUN --mount=type=bind,source=libs,target=/l --mount=type=cache,target=/c make": ["libs"],
    "FROM x\nRUN --mount=target=. make": [""],
    "FROM x\nRUN --mount=type=secret,id=a make": [],
    "FROM x\nARG D=src\nCOPY $D/a ${D} /": ["src/a", "src"],
    "FROM x\nCOPY bin/$TARGETARCH/a $D /": ["bin/?any?/a", "?any?"],
    "FROM x\nCOPY $D/../a /": [""],
    "FROM x\nENV D=one\nARG D=two\nCOPY $D /": ["one"],
    "ARG D=one\nFROM x\nARG D\nCOPY $D ${D:+two} ${E:-three} /": ["one", "two", "?any?"],
    "FROM x\nENV D e\nCOPY \"$D\" '$D' \\$D /": ["e", "$D"],
    "FROM x AS a\nCOPY in /\nFROM x AS unused\nCOPY no /\nFROM x\nCOPY --from=a /i /\nCOPY out /": [
        "in",
        "out",
    ],
    "FROM x\nCOPY in /\nFROM x\nCOPY --from=0 /i /": ["in"],
    "FROM x AS A\nCOPY in /\nFROM a\nCOPY out /": ["in", "out"],
    "FROM x AS a-amd64\nCOPY in /\nFROM a-$TARGETARCH": ["in"],
    "FROM x AS a\nONBUILD COPY . /\nFROM a": [""],
}


@pytest.mark.parametrize("text", COPIES)
def test_files_of_the_context(text: str) -> None:
    assert paths(text) == COPIES[text]


def test_build_arguments_and_targets() -> None:
    text = "FROM x AS a\nARG D=src\nCOPY $D /\nFROM x\nCOPY no /"
    assert paths(text, "a", D="lib") == ["lib"]
    assert paths(text, "A") == ["src"]
    assert paths(text, "0") == ["src"]
    assert paths(text, "nowhere") == ["src", "no"]


IMAGES = {
    "FROM r/base:1": ["r/base:1"],
    "FROM scratch": [],
    "ARG R=r\nARG T\nFROM --platform=$BUILDPLATFORM ${R}/base:${T:-1} AS x\nFROM x": ["r/base:1"],
    "FROM x AS a\nFROM a\nCOPY --from=r/tools@sha256:1 /a /": ["x", "r/tools@sha256:1"],
    "FROM scratch\nRUN --mount=from=r/tools,target=/t x": ["r/tools"],
    "FROM r/base-$TARGETARCH": ["r/base-?any?"],
}


@pytest.mark.parametrize("text", IMAGES)
def test_images(text: str) -> None:
    assert images(text) == IMAGES[text]


@pytest.mark.parametrize("text", ["", "../Dockerfile", "FROM x\nRUN <<EOF\nCOPY a /", "FROM"])
def test_what_is_not_clear_is_said(text: str) -> None:
    found = inputs(text, {})
    assert found == BuildInputs(doubt=found.doubt)
    assert found.doubt


def test_triggers_for_others() -> None:
    assert inputs("FROM x\nONBUILD COPY . /", {}).onbuild
    assert not inputs("FROM x\nONBUILD ENV a=b", {}).onbuild


HIDDEN = [
    ("*.md", "README.md", True),
    ("*.md", "docs/README.md", False),
    ("**/*.md", "docs/README.md", True),
    ("**/*.md", "README.md", True),
    ("/docs/", "docs/a/b", True),
    ("docs", "docs2/a", False),
    ("*\n!src", "src/a", False),
    ("*\n!src\nsrc/x", "src/x/y", True),
    ("*\n!src", "other", True),
    ("# *\n", "a", False),
    ("a?[0-9]", "ab1", True),
    ("a?[0-9]", "abc", False),
]


@pytest.mark.parametrize(("text", "path", "hidden"), HIDDEN)
def test_dockerignore(text: str, path: str, hidden: bool) -> None:  # noqa: FBT001 - a table
    assert Ignored(text).hides(path) is hidden


def test_a_submodule_is_hidden_only_as_a_whole() -> None:
    assert Ignored("sub").hides("sub", folder=True)
    assert not Ignored("sub\n!sub/keep").hides("sub", folder=True)


TAKEN = [
    ("*.go", "main.go", True),
    ("*.go", "main.c", False),
    ("*.go", "x/main.go", False),
    ("cmd/*/main.go", "cmd/a/main.go", True),
    ("cmd/*", "cmd/a/b/c", True),
    ("[a-c].txt", "b.txt", True),
    ("**/x", "any/thing", True),
]


@pytest.mark.parametrize(("pattern", "path", "taken"), TAKEN)
def test_wildcards_of_copy(pattern: str, path: str, taken: bool) -> None:  # noqa: FBT001 - a table
    _, parts = split(pattern)
    assert Selection("apps/x", parts).takes(f"apps/x/{path}", opaque=False) is taken


def test_a_link_may_lead_to_what_a_wildcard_means() -> None:
    _, parts = split("libs/*/x.go")
    assert Selection("", parts).takes("libs/sub", opaque=True)
    assert not Selection("", parts).takes("libs/sub", opaque=False)
