"""helmforge.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helmforge.config import builds, values
from helmforge.config.approvals import parse_approvals
from helmforge.config.provenance import parse_policy, parse_provenance
from helmforge.config.rules import broken_rules
from helmforge.domain.names import EnvironmentName
from helmforge.domain.settings import (
    Branches,
    Ci,
    Cluster,
    DeployWhen,
    Environment,
    Scan,
    Settings,
)
from helmforge.schemas import Schema
from helmforge.yamlio import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from helmforge.domain.settings import (
        Registry,
    )

CONFIG_FILE = "helmforge.yaml"


def parse_settings(text: str, name: str = CONFIG_FILE) -> Settings:
    """Raises one ConfigError that lists every problem as `file:line key.path: expected …, got …`."""
    document = parse(text, name)
    schema = Schema("config")
    schema.check(document)
    schema.report(document, broken_rules(document.data))
    return _settings(document.data)


def _settings(data: dict[str, Any]) -> Settings:
    registry = values.parse_registry(data["registry"])
    return Settings(
        registry=registry,
        environments=tuple(
            _environment(EnvironmentName(name), each, registry, data.get("teams", {}))
            for name, each in data["environments"].items()
        ),
        trunk=data.get("trunk", Settings.trunk),
        remote=data.get("remote", Settings.remote),
        branches=_branches(data.get("branches", {})),
        services=tuple(values.parse_path(folder) for folder in data.get("services", Settings.services)),
        builder=builds.builder(data["builder"]) if "builder" in data else Settings.builder,
        build=builds.repository_build(data["build"]) if "build" in data else Settings.build,
        scan=_scan(data.get("scan", {})),
        provenance=parse_provenance(data.get("provenance", {})),
        templates=values.parse_path(data["templates"]) if "templates" in data else Settings.templates,
        ignore=tuple(
            values.parse_path(glob) for glob in data.get("affected", {}).get("ignore", Settings.ignore)
        ),
        ci=_ci(data.get("ci", {})),
        promote_charts=data.get("charts", {}).get("promote", Settings.promote_charts),
    )


def _branches(data: dict[str, Any]) -> Branches:
    return Branches(
        feature=tuple(data.get("feature", Branches.feature)),
        ignore=tuple(data.get("ignore", Branches.ignore)),
        release=data.get("release", Branches.release),
    )


def _ci(data: dict[str, Any]) -> Ci:
    runner = data.get("runner", Ci.runner)
    return Ci(
        runner=(runner,) if isinstance(runner, str) else tuple(runner),
        image=data.get("image", Ci.image),
        action=data.get("action", Ci.action),
    )


def _scan(data: dict[str, Any]) -> Scan:
    return Scan(
        command=values.parse_command(data["command"]) if "command" in data else Scan.command,
        severity=data.get("severity", Scan.severity),
        ignore_file=values.parse_path(data["ignoreFile"]) if "ignoreFile" in data else Scan.ignore_file,
        delta=data.get("delta", Scan.delta),
        timeout=values.parse_duration(data["timeout"]) if "timeout" in data else Scan.timeout,
    )


def _environment(
    name: EnvironmentName, data: dict[str, Any], registry: Registry, teams: Mapping[str, Sequence[str]]
) -> Environment:
    cluster = data["cluster"]
    return Environment(
        name=name,
        cluster=Cluster(cluster["context"], cluster.get("id", Cluster.id)),
        namespace=data.get("namespace", f"{{context}}-{name}"),
        deploy=DeployWhen(data["deploy"]),
        images=values.parse_images(data.get("imageNamespace"), registry),
        prereleases=data.get("prereleases", Environment.prereleases),
        approvals=parse_approvals(data.get("approvals", {}), teams),
        timeout=values.parse_duration(data["timeout"]) if "timeout" in data else Environment.timeout,
        provenance=parse_policy(data.get("provenance", {})),
    )
