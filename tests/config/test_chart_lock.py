"""`.helmforge.lock`: written and read again, and read when somebody else wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helmforge.config.chart_lock import parse_lock
from helmforge.config.own_lock import read_own_lock
from helmforge.domain.chart_lock import (
    ChartLock,
    LockedAnswers,
    LockedFile,
    blob_id,
    is_chart_path,
    lock_text,
)
from helmforge.errors import ConfigError
from helmforge.yamlio import parse

ANSWERS = LockedAnswers("shop", "web", "retail", 8080, "myrepo.cr.io/team", ("qa", "prod"))
TEXT = "a: 1\n\n  b: 2\n"
LOCK = ChartLock(
    "1.2.0",
    "",
    ANSWERS,
    {
        ".helmignore": LockedFile("1" * 40),
        "values.yaml": LockedFile(blob_id(TEXT.encode()), TEXT),
        "templates/e10": LockedFile("0e" + "1" * 38),
    },
)
WRITTEN = lock_text(LOCK)
NAME = "services/shop/chart/.helmforge.lock"

texts = st.text(st.sampled_from("ab: #-|'\"\\\n\t \r\x00\x85\u2028\ufeff\U0001f600é")) | st.text()
paths = st.from_regex(r"[a-zA-Z0-9_.][\w.@+/-]{0,20}", fullmatch=True).filter(is_chart_path)
digits = st.sampled_from(["sha1", "sha256"])


@st.composite
def files(draw: st.DrawFn) -> LockedFile:
    text, object_format = draw(texts), draw(digits)
    return LockedFile(blob_id(text.encode(), object_format), draw(st.sampled_from([text, None])))


@given(
    st.builds(
        ChartLock,
        st.sampled_from(["1.0.0", "2.10.3-rc.1"]),
        st.sampled_from(["", "sha256:" + "a" * 64]),
        st.just(ANSWERS)
        | st.builds(
            LockedAnswers,
            st.sampled_from(["on", "null"]),
            *[st.just("y")] * 2,
            st.integers(1, 65535),
            st.just("localhost:5000"),
            st.just(()),
        ),
        st.dictionaries(paths, files(), max_size=5),
    )
)
def test_what_is_written_is_what_is_read(lock: ChartLock) -> None:
    written = lock_text(lock)
    assert parse_lock(written, NAME) == lock
    assert parse(written, NAME).data == (read_own_lock(written) or parse(written, NAME).data)


def test_our_own_form_needs_no_yaml_library() -> None:
    assert read_own_lock(WRITTEN) == parse(WRITTEN, NAME).data


def test_the_id_is_that_of_git() -> None:
    """git hash-object of an empty file."""
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"", "sha256") == "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"


def replaced(old: str, new: str) -> str:
    assert old in WRITTEN
    return WRITTEN.replace(old, new, 1)


ID = "1" * 40
WRONG = {
    "empty": ("", "'lock'|lock", 1),
    "not YAML": ("lock: [1\n", "not valid YAML", 2),
    "not UTF-8": ("lock: 1\n\ufffd: x\n", "missing", 1),
    "a bomb": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
            for old, new in zip("abcdefg", "bcdefgh", strict=True)
        ),
        "too many",
        0,
    ),
    "a newer format": (replaced("lock: 1", "lock: 2"), "newer helmforge", 2),
    "no format": (replaced("lock: 1\n", ""), "expected 1, got None", 1),
    "a boolean format": (replaced("lock: 1", "lock: true"), "expected 1, got True", 2),
    "a list": ("- lock\n", "not a mapping", 1),
    "an unknown key": (WRITTEN + "more: 1\n", "'more' is not known", 21),
    "no answers": (WRITTEN.partition("answers:")[0], "'answers' is missing", 1),
    "a word for a port": (replaced("port: 8080", "port: http"), "expected a port", 9),
    "port 0": (replaced("port: 8080", "port: 0"), "expected a port", 9),
    "a hostile service": (replaced('"shop"', '"../shop"'), "not a service name", 6),
    "a hostile context": (replaced('"retail"', '"a\\nb"'), "not a namespace", 8),
    "a hostile type": (replaced('"web"', '"../web"'), "expected a chart type", 7),
    "a hostile environment": (replaced('"prod"', '"../prod"'), "not a environment", 11),
    "environments as a mapping": (replaced('["qa", "prod"]', "{qa: 1}"), "expected a list", 11),
    "nearly what we write": (replaced('"qa", "prod"', '"qa" "prod"'), "not valid YAML", 11),
    "a version that is none": (replaced('"1.2.0"', '"latest"'), "not a version", 4),
    "a version as a number": (replaced('"1.2.0"', "1.2"), "expected a version", 4),
    "a path that leaves": (replaced('".helmignore"', '"../../x"'), "inside the chart", 13),
    "an absolute path": (replaced('".helmignore"', '"/etc/x"'), "inside the chart", 13),
    "the lock itself": (replaced('".helmignore"', '".helmforge.lock"'), "inside the chart", 13),
    "a path into .git": (replaced('".helmignore"', '"a/../.git/x"'), "inside the chart", 13),
    "a short id": (replaced(ID, "1" * 39), "expected a blob id", 13),
    "an id that is a number": (replaced(f'"{ID}"', "17"), "expected a blob id", 13),
    "an option for an id": (replaced(ID, "--batch-all-objects"), "expected a blob id", 13),
    "another text": (replaced("      a: 1", "      a: 2"), "not the one that `blob`", 17),
    "a key twice": (WRITTEN + "files: {}\n", "twice", 21),
    "a tag": (replaced("lock: 1", "lock: !!python/object 1"), "tag", 2),
}


@pytest.mark.parametrize(("text", "words", "line"), WRONG.values(), ids=WRONG)
def test_a_lock_that_helmforge_did_not_write(text: str, words: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_lock(text, NAME)
    error = caught.value
    assert any(word in f"{error.what} {error.why}" for word in words.split("|"))
    assert error.where.startswith(f"{NAME}:{line or ''}")
    assert error.hint


def test_conflict_markers_of_git_are_told_as_such() -> None:
    text = replaced("  port: 8080\n", "<<<<<<< HEAD\n  port: 8080\n=======\n  port: 1\n>>>>>>> other\n")
    with pytest.raises(ConfigError, match="conflict markers") as caught:
        parse_lock(text, NAME)
    assert caught.value.where == f"{NAME}:9"
    assert f"git checkout --ours -- {NAME}" in caught.value.hint
    assert "':/*.helmforge.lock'" in caught.value.hint
