"""The CI system around a run, as far as its output cares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helmforge.domain.ci_files.systems import CiSystem


@dataclass(frozen=True)
class Ci:
    """`system` is None outside of CI. `run_url` is the page of this run, `commit_url` what a commit id is
    appended to; "" when not known.

    `summary_file` and `output_file` are $GITHUB_STEP_SUMMARY and $GITHUB_OUTPUT, `temporary` the folder of
    Azure's agent that lives as long as the job. `promotes` is the environment whose promotion this job is, by
    the names of the generated files; "" for any other job.
    """

    system: CiSystem | None = None
    run_url: str = ""
    commit_url: str = ""
    summary_file: str = ""
    output_file: str = ""
    temporary: str = ""
    promotes: str = ""
