"""The Git event that a pipeline runs for, and what the branch's name makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class EventKind(Enum):
    PUSH = "push"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True)
class Event:
    """What happened, in Git's terms.

    `branch` is the pushed branch, or the source branch of a pull request, exactly as it came (hostile).
    `commit` is the commit to work on ("" = HEAD). `before` is the commit that the branch pointed to
    ("" or all zeros when unknown). `target` is the branch that a pull request wants to go to.
    `provider` is github, jenkins, gitlab, azure, or "" (flags, local checkout).
    """

    kind: EventKind
    branch: str
    commit: str = ""
    before: str = ""
    target: str = ""
    provider: str = ""


class Flow(Enum):
    """The five ways of docs/flow.md, and the way of a branch that is nobody's business."""

    FEATURE = "feature"
    PULL_REQUEST = "pull-request"
    TRUNK = "trunk"
    RELEASE = "release"
    IGNORED = "ignored"
