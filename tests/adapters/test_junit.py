"""JUnit files of many runners, of earlier runs, and of people who mean harm."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.junit import JUnitFiles, reading
from helmforge.adapters.junit.reading import UnreadableError, read_results
from helmforge.domain.testing import Results

if TYPE_CHECKING:
    from pathlib import Path

SUREFIRE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="shop.CartTest" tests="4" failures="1" errors="1" skipped="1">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="adds" classname="shop.CartTest" time="0.01"><system-out>failure</system-out></testcase>
  <testcase name="removes" classname="shop.CartTest"><failure message="1 != 2">trace</failure></testcase>
  <testcase name="pays" classname="shop.CartTest"><error type="NPE"/><system-err/></testcase>
  <testcase name="ships" classname="shop.CartTest"><skipped/></testcase>
</testsuite>
"""
PYTEST = """<testsuites><testsuite name="pytest" tests="1">
<testcase classname="tests.test_a" name="test_x[a&amp;b]"><failure/><error/></testcase>
</testsuite></testsuites>
"""
RERUN = '<testsuite><testcase name="flaky"><flakyFailure/><rerunFailure/></testcase></testsuite>'


def read(text: str | bytes) -> Results:
    return read_results(io.BytesIO(text if isinstance(text, bytes) else text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SUREFIRE, Results(1, 4, 2, 1, ("shop.CartTest.removes", "shop.CartTest.pays"))),
        (PYTEST, Results(1, 1, 1, 0, ("tests.test_a.test_x[a&b]",))),
        (RERUN, Results(1, 1, 0, 0)),
        ("<testsuites/>", Results(1)),
        (SUREFIRE.replace("UTF-8", "UTF-16").encode("utf-16"), read(SUREFIRE)),
    ],
)
def test_runners_are_understood(text: str | bytes, expected: Results) -> None:
    assert read(text) == expected


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<testsuite><testcase name='&b;'/></testsuite>"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>', "document type"),
        ("<testsuite>", "no XML"),
        ("", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        ('<?xml version="1.0" encoding="evil"?><testsuite/>', "no XML"),
        ("<testsuite><testcase name='&b;'/></testsuite>", "no XML"),
        ("<html/>", "'html'"),
    ],
)
def test_what_cannot_be_read_says_why(text: str | bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(text)


def test_a_file_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 1 << 20)
    with pytest.raises(UnreadableError, match="larger than 1 MiB"):
        read("<testsuite>" + " " * (2 << 20))


def test_names_are_plain_short_and_few() -> None:
    case = "<testcase name='a&#10;::error::&#x9b;{}'><failure/></testcase>".format("x" * 300)
    found = read(f"<testsuite>{case * 80}</testsuite>")
    assert found.failures == 80
    assert len(found.failed) == 50
    assert found.failed[0].startswith("a ::error::")
    assert found.failed[0].isprintable()
    assert len(found.failed[0]) < 210


def test_only_what_this_run_wrote_counts_and_goes_to_the_report(tmp_path: Path) -> None:
    out, report = tmp_path / "svc" / "out", tmp_path / "report" / "svc"
    out.mkdir(parents=True)
    report.mkdir(parents=True)
    (report / "old.xml").write_text("of an earlier run")
    for name in ("old", "again"):
        (out / f"{name}.xml").write_text(SUREFIRE)
    files = JUnitFiles(tmp_path)
    before = files.stamps(("svc/out/*.xml",))
    (out / "again.xml").write_text(PYTEST)
    (out / "deep").mkdir()
    (out / "deep" / "new.xml").write_text(RERUN)
    (out / "broken.xml").write_text(BOMB)

    found = files.collect(("svc/out/**/*.xml", "svc/out/*.xml"), before, report)

    assert (found.files, found.tests, found.failures) == (3, 2, 1)
    (unreadable,) = found.unreadable
    assert unreadable.startswith("svc/out/broken.xml: it has a document type")
    assert {file.name for file in report.iterdir()} == {"svc-out-again.xml", "svc-out-deep-new.xml"}
    assert (report / "svc-out-again.xml").read_text() == PYTEST


def test_links_and_pipes_are_left_alone(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "out").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.xml").write_text(PYTEST)
    (root / "out" / "link.xml").symlink_to(outside / "secret.xml")
    (root / "out" / "folder").symlink_to(outside)
    os.mkfifo(root / "out" / "pipe.xml")

    found = JUnitFiles(root).collect(("out/*.xml", "out/folder/*.xml"), {}, tmp_path / "report")

    assert found == Results()
    assert not (tmp_path / "report").exists()
