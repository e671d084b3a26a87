"""The files of a deployment: the chart as pulled, the environment's values inside it, and the image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from helmforge.domain.names import EnvironmentName
    from helmforge.domain.oci import Repository
    from helmforge.flows.steps.chart import PulledChart


@dataclass(frozen=True)
class DeployedFiles:
    """`values` in order of precedence, as Helm takes them."""

    package: Path
    values: tuple[Path, ...]


def image_values(repository: Repository, version: str, digest: str) -> Mapping[str, object]:
    """The values that only a deployment knows. `digest` is "" when the chart pins no image."""
    pinned = {"digest": digest} if digest else {}
    return {"image": {"repository": str(repository), "tag": version, **pinned}}


def write_files(
    folder: Path, chart: PulledChart, environment: EnvironmentName, image: Mapping[str, object]
) -> DeployedFiles:
    package = folder / "chart.tgz"
    package.write_bytes(chart.archive)
    values = []
    for name, content in values_files(chart, environment, image).items():
        values.append(folder / name)
        values[-1].write_bytes(content)
    return DeployedFiles(package, tuple(values))


def values_files(
    chart: PulledChart, environment: EnvironmentName, image: Mapping[str, object]
) -> Mapping[str, bytes]:
    """By file name, in order of precedence."""
    inside = chart.members.get(values_name(environment))
    pinned = {"image.yaml": json.dumps(image).encode()}  # YAML, too
    return pinned if inside is None else {"values.yaml": inside, **pinned}


def values_name(environment: EnvironmentName) -> str:
    return f"values-{environment}.yaml"
