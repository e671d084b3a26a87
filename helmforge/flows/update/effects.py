"""What an update would do to the clusters: old and new chart, rendered for each environment and compared."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helmforge import yamlio
from helmforge.domain import policy
from helmforge.domain.chart_effect import Disturbance, effect
from helmforge.domain.chart_texts import has_markers
from helmforge.errors import ConfigError, MissingToolError, StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from helmforge.domain.chart_effect import Effect
    from helmforge.domain.chart_update import ChartUpdate
    from helmforge.domain.settings import Environment
    from helmforge.errors import HelmforgeError
    from helmforge.flows.ports import ChartFolders, Helm

_SIDE_BY_SIDE = 4
_DOCUMENTS = re.compile(r"^---[ \t]*\n", re.MULTILINE)


@dataclass(frozen=True)
class EnvironmentEffect:
    """`effect` is None when it cannot be known; `why` says why, or on what condition it is known. `broken`:
    the update is what breaks it.
    """

    environment: str
    effect: Effect | None
    why: str = ""
    broken: bool = False


@dataclass(frozen=True)
class ChartEffects:
    """`effects` is empty when nothing but the lock changes."""

    update: ChartUpdate
    effects: tuple[EnvironmentEffect, ...] = ()

    @property
    def objections(self) -> tuple[str, ...]:
        """Why the update is refused, a line each."""
        return tuple(line for each in self.effects for line in _objections(each))


def _objections(each: EnvironmentEffect) -> list[str]:
    if each.broken:
        return [f"{each.environment}: {each.why}"]
    objects = each.effect.objects if each.effect else ()
    return [f"{each.environment}: {one}" for one in objects if one.disturbance is Disturbance.IMMUTABLE]


@dataclass(frozen=True)
class Rendering:
    """`root` is the repository's, where the charts lie as they are now. `workspace` is as in World."""

    helm: Helm
    folders: ChartFolders
    workspace: Callable[[], AbstractContextManager[Path]]
    root: Path


def effects_of(
    rendering: Rendering,
    environments: Sequence[Environment],
    updates: Sequence[ChartUpdate],
    *,
    helm_needed: bool,
) -> tuple[ChartEffects, ...]:
    """Helm starts only for charts in which more than the lock changes.

    Raises MissingToolError when it is needed, and not there; without `helm_needed` effects are unknown.
    """
    if not any(update.contents for update in updates):
        return tuple(map(ChartEffects, updates))
    try:
        rendering.helm.version()
    except MissingToolError as error:
        if helm_needed:
            raise
        unknown = _all_unknown(environments, error.what)
        return tuple(ChartEffects(each, unknown if each.contents else ()) for each in updates)
    with rendering.workspace() as work:
        renderer = _Renderer(rendering, work)
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
            found = threads.map(lambda each: renderer.effects(each, environments), updates)
            return tuple(map(ChartEffects, updates, found))


def _all_unknown(environments: Sequence[Environment], why: str) -> tuple[EnvironmentEffect, ...]:
    return tuple(EnvironmentEffect(each.name, None, why) for each in environments)


@dataclass(frozen=True)
class _Renderer:
    rendering: Rendering
    work: Path

    def effects(
        self, update: ChartUpdate, environments: Sequence[Environment]
    ) -> tuple[EnvironmentEffect, ...]:
        if not update.contents:
            return ()
        place = self.work / update.service.name
        place.mkdir()
        (place / "pin.yaml").write_text(json.dumps(policy.PROBE_VALUES), encoding="utf-8")
        new = place / "chart"
        settled = {path: content for path, content in update.contents.items() if not _conflicted(content)}
        self.rendering.folders.copy(update.chart, new, settled)
        conflicts = len(update.contents) > len(settled)
        return tuple(self._effect(update, new, each, conflicts=conflicts) for each in environments)

    def _effect(
        self, update: ChartUpdate, new: Path, environment: Environment, *, conflicts: bool
    ) -> EnvironmentEffect:
        """With conflicts `new` has the user's version of the files in which they are: a field that no
        cluster would change must not slip through beside them.
        """
        name = environment.name
        try:
            before = self._rendered(update, self.rendering.root / update.chart, environment)
        except (StepError, ConfigError) as error:
            return EnvironmentEffect(name, None, f"the chart does not render as it is: {_reason(error)}")
        try:
            after = self._rendered(update, new, environment)
            objects = [_objects(each, environment.name) for each in _differing(before, after)]
        except (StepError, ConfigError) as error:
            if conflicts:
                return EnvironmentEffect(name, None, "not known before the conflicts are resolved")
            why = f"the chart would not render any more: {_reason(error)}"
            return EnvironmentEffect(name, None, why, broken=True)
        return EnvironmentEffect(
            name, effect(*objects), "with your side of the conflicts" if conflicts else ""
        )

    def _rendered(self, update: ChartUpdate, chart: Path, environment: Environment) -> str:
        """With the image pinned, as releases pin it."""
        own = chart / f"values-{environment.name}.yaml"
        pin = [self.work / update.service.name / "pin.yaml"] if update.service.has_image else []
        values = (*([own] if own.is_file() else []), *pin)
        namespace = environment.release_namespace_of(update.service)
        return self.rendering.helm.template(chart, values, update.service.name, namespace)


def _conflicted(content: bytes | None) -> bool:
    return content is not None and has_markers(content)


def _differing(before: str, after: str) -> tuple[str, str]:
    """Both streams without the documents that they share: reading YAML takes longer than Helm does."""
    one, other = _DOCUMENTS.split(before), _DOCUMENTS.split(after)
    return _joined(one, set(other)), _joined(other, set(one))


def _joined(documents: Sequence[str], known: set[str]) -> str:
    return "".join(f"---\n{document}\n" for document in documents if document not in known)


def _objects(text: str, environment: str) -> list[Mapping[str, Any]]:
    stream = yamlio.load_stream(text, f"the chart rendered for {environment}") if text else []
    return [manifest for manifest in stream if isinstance(manifest, dict)]


def _reason(error: HelmforgeError) -> str:
    """The last line: Helm says there what is wrong, unless it is its general advice."""
    lines = (error.why or error.what).strip().splitlines()
    said = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("Use --debug")]
    return said[-1] if said else error.what
