"""The files that make CI systems call helmforge: what goes into them, and what of them is the users'."""

from helmforge.domain.ci_files.answers import PipelineAnswers, answers
from helmforge.domain.ci_files.child import ChildAnswers, child_answers
from helmforge.domain.ci_files.sections import copy_sections, keep_sections
from helmforge.domain.ci_files.systems import CiSystem, is_generated

__all__ = [
    "ChildAnswers",
    "CiSystem",
    "PipelineAnswers",
    "answers",
    "child_answers",
    "copy_sections",
    "is_generated",
    "keep_sections",
]
