"""Each byte of an unsigned approval, changed: it never approves anything else, in another name or for longer.
(With a signature no byte can be changed: test_signatures.)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.git.objects import read_tags
from helmforge.domain.approval import Subject, read
from helmforge.domain.approval_policy import ApprovalPolicy
from helmforge.domain.verdict import Evidence, judge
from tests.forgery.court import ADA, CHART, IMAGE, NOW, PREFIX

if TYPE_CHECKING:
    from datetime import datetime

    from helmforge.domain.git import AnnotatedTag
    from tests.forgery.court import Court

pytestmark = pytest.mark.integration
TAG = PREFIX + ADA
SUBJECT = Subject("prod", "shop", "1.0.0", str(IMAGE), str(CHART))
POLICY = ApprovalPolicy(approvers=(ADA,))
LONGEST = NOW + POLICY.expires + timedelta(minutes=5)  # what a clock may be ahead


def counts(tag: AnnotatedTag, evidence: Evidence, now: datetime = NOW) -> bool:
    return judge([tag], SUBJECT, POLICY, evidence, now).granted


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_no_changed_byte_approves_something_else(court: Court, flip: int) -> None:
    good = court.raw(TAG, court.document()).encode()
    changed = [good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :] for at in range(len(good))]
    tags = stored(court, [good, *changed])
    evidence = Evidence(commit=court.commit)
    assert counts(tags[0], evidence)
    meaningless = [tag for tag in tags[1:] if counts(tag, evidence)]
    for tag in meaningless:
        approval = read(tag)
        assert (approval.subject, approval.approver, tag.target) == (SUBJECT, ADA, court.commit)
        assert not counts(tag, evidence, LONGEST)
    # The tagger's display name, times, and white space of the document
    assert len(meaningless) < 80


def stored(court: Court, objects: list[bytes]) -> list[AnnotatedTag]:
    """As tags of this name, however malformed."""
    folder = court.repo.folder / "objects"
    folder.mkdir(exist_ok=True)
    paths = [folder / str(number) for number in range(len(objects))]
    for path, content in zip(paths, objects, strict=True):
        path.write_bytes(content)
    named = "".join(f"{path}\n" for path in paths)
    oids = court.repo.git(
        "hash-object", "-t", "tag", "-w", "--literally", "--no-filters", "--stdin-paths", stdin=named
    )
    numbered = {f"{number:06}": oid for number, oid in enumerate(oids.split())}
    return [replace(tag, name=TAG) for tag in read_tags(court.repo.root / ".git", numbered)]
