"""The files that make CI systems call helmforge: what goes into them, and what of them is the users'."""

from helmforge.domain.ci_files.answers import PipelineAnswers, answers
from helmforge.domain.ci_files.sections import keep_sections
from helmforge.domain.ci_files.systems import CiSystem, is_generated

__all__ = ["CiSystem", "PipelineAnswers", "answers", "is_generated", "keep_sections"]
