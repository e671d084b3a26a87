"""Which CI system this is, and where it wants its output.

Sources: GitHub "Variables reference"; GitLab "Predefined CI/CD variables"; Azure Pipelines "Predefined
variables"; Jenkins `/env-vars.html`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from helmforge.domain.ci import Ci
from helmforge.domain.ci_files.systems import CiSystem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Environment = Mapping[str, str]

_SAFE_IN_URLS = "/:?&=%+,;@~!$*'#"


def surroundings(environment: Environment) -> Ci:
    """By the same marks, in the same order, as the events of `helmforge.adapters.ci`."""
    systems: dict[str, Callable[[Environment], Ci]] = {
        "GITHUB_ACTIONS": _github,
        "GITLAB_CI": _gitlab,
        "TF_BUILD": _azure,
        "JENKINS_URL": _jenkins,
    }
    return next((read(environment) for mark, read in systems.items() if environment.get(mark)), Ci())


def _github(environment: Environment) -> Ci:
    repository = _joined(environment, "GITHUB_SERVER_URL", "GITHUB_REPOSITORY")
    run = environment.get("GITHUB_RUN_ID", "")
    return Ci(
        CiSystem.GITHUB,
        run_url=_url(f"{repository}/actions/runs/{run}") if repository and run else "",
        commit_url=_url(f"{repository}/commit/") if repository else "",
        summary_file=environment.get("GITHUB_STEP_SUMMARY", ""),
        output_file=environment.get("GITHUB_OUTPUT", ""),
        promotes=_after("promote-", environment.get("GITHUB_JOB", "")),
    )


def _gitlab(environment: Environment) -> Ci:
    project = environment.get("CI_PROJECT_URL", "")
    return Ci(
        CiSystem.GITLAB,
        run_url=_url(environment.get("CI_JOB_URL", "")),
        commit_url=_url(f"{project}/-/commit/") if project else "",
        promotes=environment.get("CI_ENVIRONMENT_NAME", ""),
    )


def _azure(environment: Environment) -> Ci:
    project = _joined(environment, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT")
    build = environment.get("BUILD_BUILDID", "")
    return Ci(
        CiSystem.AZURE,
        run_url=_url(f"{project}/_build/results?buildId={build}") if project and build else "",
        temporary=environment.get("AGENT_TEMPDIRECTORY", ""),
        promotes=environment.get("ENVIRONMENT_NAME", ""),
    )


def _jenkins(environment: Environment) -> Ci:
    return Ci(
        CiSystem.JENKINS,
        run_url=_url(environment.get("BUILD_URL", "")),
        promotes=_after("promote to ", environment.get("STAGE_NAME", "")),
    )


def _after(prefix: str, name: str) -> str:
    return name.removeprefix(prefix) if name.startswith(prefix) else ""


def _joined(environment: Environment, server: str, path: str) -> str:
    base, rest = environment.get(server, "").rstrip("/"), environment.get(path, "")
    return f"{base}/{rest}" if base and rest else ""


def _url(text: str) -> str:
    """A web address without anything that ends a link in Markdown; "" when it is none."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    return quote(text, safe=_SAFE_IN_URLS, errors="replace")
