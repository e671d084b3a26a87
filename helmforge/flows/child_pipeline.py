"""The child pipeline that GitLab runs for what a plan found affected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge.domain.ci_files import child_answers, copy_sections
from helmforge.errors import UsageError

if TYPE_CHECKING:
    from helmforge.domain.event import EventKind
    from helmforge.flows.pipeline import Pipeline
    from helmforge.flows.ports import Files, PipelineTemplates


@dataclass(frozen=True)
class ChildRequest:
    """`path` is the generated file of the parent, whose users' sections hold for the child, too. `event` is
    what the command line says, which the child's jobs have to be told again. `version` is helmforge's.
    """

    path: str
    version: str
    event: EventKind | None = None


def child_pipeline(
    files: Files, templates: PipelineTemplates, pipeline: Pipeline, request: ChildRequest
) -> str:
    """The text of the child's file. UsageError when the parent's file is not there."""
    parent = files.read(request.path)
    if parent is None:
        raise UsageError(
            f"there is no {request.path}",
            why="the child pipeline takes over what your sections of it say",
            hint="helmforge pipeline generate gitlab, or say where the file is: --ci-file FILE",
        )
    event = request.event.value if request.event else ""
    flow, settings = pipeline.branch.flow, pipeline.settings
    child = templates.child(child_answers(pipeline.services, flow, event, request.version, settings))
    return copy_sections(child, parent.decode("utf-8", errors="surrogateescape"), request.path)
