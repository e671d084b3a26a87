"""The Git event that a pipeline runs for, and what the branch's name makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.git import Commit


class EventKind(Enum):
    PUSH = "push"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True)
class Event:
    """What happened, in Git's terms.

    `branch` is the pushed branch, or the source branch of a pull request, exactly as it came (hostile).
    `commit` is the commit to work on ("" = HEAD), for a pull request often its merge into the target;
    `source` is then the commit of the source branch ("" when the CI does not tell). `before` is the commit
    that the branch pointed to ("" or all zeros when unknown). `target` is the branch that a pull request
    wants to go to. `fork`: the source is another repository, whose owner is nobody here and has none of the
    secrets. `nothing`: why there is nothing to do, of a tag or a deleted branch.
    `provider` is github, jenkins, gitlab, azure, or "" (flags, local checkout).
    """

    kind: EventKind
    branch: str
    commit: str = ""
    before: str = ""
    target: str = ""
    provider: str = ""
    source: str = ""
    fork: bool = False
    nothing: str = ""

    def is_about(self, head: Commit) -> bool:
        """Whether `head` is what the event tells to work on.

        Of a pull request also its source alone, which many check out instead of the merge, and a merge of it
        that the CI made by itself (Jenkins) or anew.
        """
        if self.commit in {"", head.oid}:
            return True
        named = {self.commit, self.source} - {""}
        merge = len(head.parents) > 1 and not named.isdisjoint(head.parents)
        return self.kind is EventKind.PULL_REQUEST and (head.oid in named or merge)


class Flow(Enum):
    """The five ways of docs/flow.md, and the way of a branch that is nobody's business."""

    FEATURE = "feature"
    PULL_REQUEST = "pull-request"
    TRUNK = "trunk"
    RELEASE = "release"
    IGNORED = "ignored"
