"""How an image was built, by the SLSA specification (https://slsa.dev/spec/v1.1/provenance)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from helmforge.domain.artifact import Artifact
    from helmforge.domain.settings import Build

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://helmforge.dev/build/v1"
"""What the parameters below mean: docs/provenance.md."""
BUILDERS = "https://helmforge.dev/builders/"


@dataclass(frozen=True)
class BuildTimes:
    """With their zones."""

    started: datetime
    finished: datetime


@dataclass(frozen=True)
class BuildFacts:
    """`source` is the page of the repository, `ref` the full name of the branch. `system` is the CI's name,
    "local" without one; `run` is the page of its run and `times` are those of the build: "" and None when
    the image was not built in this run. `program` is helmforge's version.
    """

    artifact: Artifact
    build: Build
    source: str
    ref: str
    system: str
    program: str
    run: str = ""
    times: BuildTimes | None = None


def predicate(facts: BuildFacts) -> dict[str, Any]:
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": _external(facts),
            "internalParameters": {},
            "resolvedDependencies": [
                {
                    "uri": f"git+{facts.source}@{facts.ref}",
                    "digest": {"gitCommit": facts.artifact.commit},
                }
            ],
        },
        "runDetails": {
            "builder": {"id": f"{BUILDERS}{facts.system}", "version": {"helmforge": facts.program}},
            "metadata": _metadata(facts),
        },
    }


def problem(said: Mapping[str, Any], artifact: Artifact) -> str:
    """Why the predicate is not that of the artifact's build by helmforge; "" when it is."""
    definition = said.get("buildDefinition")
    if not isinstance(definition, dict) or definition.get("buildType") != BUILD_TYPE:
        return "it is not about a build by helmforge"
    parameters, sources = definition.get("externalParameters"), definition.get("resolvedDependencies")
    if not isinstance(parameters, dict) or not isinstance(sources, list) or len(sources) != 1:
        return "it lacks the parameters or the source of the build"
    found = sources[0].get("digest") if isinstance(sources[0], dict) else None
    wanted = {
        "commit": ({"gitCommit": artifact.commit}, found),
        "service": (str(artifact.service), parameters.get("service")),
        "version": (artifact.version, parameters.get("version")),
    }
    wrong = [what for what, (ours, theirs) in wanted.items() if ours != theirs]
    return f"it is about another {wrong[0]}" if wrong else ""


def _external(facts: BuildFacts) -> dict[str, Any]:
    """Without secrets: those of builds are no arguments (docs/building.md)."""
    build = facts.build
    return {
        "repository": facts.source,
        "ref": facts.ref,
        "service": str(facts.artifact.service),
        "version": facts.artifact.version,
        "dockerfile": build.dockerfile,
        "context": build.context,
        "target": build.target,
        "platforms": list(build.platforms),
        "args": dict(build.args),
    }


def _metadata(facts: BuildFacts) -> dict[str, str]:
    found = {"invocationId": facts.run} if facts.run else {}
    if facts.times:
        found["startedOn"] = _stamp(facts.times.started)
        found["finishedOn"] = _stamp(facts.times.finished)
    return found


def _stamp(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat().replace("+00:00", "Z")
