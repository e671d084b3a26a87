"""Jinja2 on top of the assembled templates: it fills in names, ports and environments."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from helmforge.adapters.templates.assembling import assemble, types
from helmforge.adapters.templates.places import Folder, own_folder, template_root
from helmforge.adapters.templates.syntax import jinja_environment
from helmforge.domain.chart_lock import is_chart_path
from helmforge.errors import HelmforgeError, StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jinja2 import Environment, Template

    from helmforge.adapters.templates.assembling import Source
    from helmforge.domain.scaffolding import ChartAnswers

_CHART = "chart/"
_PER_ENVIRONMENT = "__environment__"
_COMPILED = "<template>"  # how Jinja names a template that is from no file


class JinjaTemplates:
    """Compiles a type at its first use and keeps it: one call may scaffold many services.

    `own` is the folder of the repository at `repository` with templates that go before ours.
    """

    def __init__(self, root: Path | None = None, *, repository: Path | None = None, own: str = "") -> None:
        self._root = root or template_root()
        self._own = own_folder(repository, own) if repository is not None and own else None
        self._folders = (Folder(self._root), *([self._own] if self._own else []))
        self._compiled: dict[str, dict[str, tuple[Source, Template]]] = {}

    @cached_property
    def version(self) -> str:
        """Semver: a patch never restarts pods, a minor version may, a major one needs a migration."""
        return (self._root / "VERSION").read_text(encoding="utf-8").strip()

    @cached_property
    def overrides(self) -> str:
        return self._own.digest() if self._own else ""

    def types(self) -> tuple[str, ...]:
        return types(self._folders)

    def unrendered(self, type_name: str) -> dict[str, str]:
        """The files of a type before Jinja, by their path inside the service's folder.

        Raises UsageError for a type that does not exist.
        """
        return {path: source.text for path, source in assemble(self._folders, type_name).items()}

    def render(self, answers: ChartAnswers) -> dict[str, str]:
        rendered: dict[str, str] = {}
        for path, (source, template) in self._templates(answers.type).items():
            if _PER_ENVIRONMENT not in path:
                rendered[path] = _render(source, template, vars(answers))
                continue
            for environment in answers.environments:
                target = path.replace(_PER_ENVIRONMENT, environment.name)
                _demand_usable(target, source)
                rendered[target] = _render(source, template, vars(answers) | {"environment": environment})
        return rendered

    def _templates(self, type_name: str) -> dict[str, tuple[Source, Template]]:
        if type_name not in self._compiled:
            jinja = jinja_environment()
            sources = sorted(assemble(self._folders, type_name).items())
            for path, source in sources:
                _demand_usable(path, source)
            self._compiled[type_name] = {path: (source, _compile(jinja, source)) for path, source in sources}
        return self._compiled[type_name]


def _demand_usable(target: str, source: Source) -> None:
    """What a lock cannot hold, or nobody wants to get from a template, is refused before it is written."""
    if not is_chart_path(target.removeprefix(_CHART)):
        raise UsageError(
            f"the template {source.pieces[0].origin} cannot have that name",
            where=source.pieces[0].origin,
            why=f"it would be written as {target!r}",
            hint="take letters, digits and . _ @ + -, and no name that is Git's or helmforge's own",
        )


def _compile(jinja: Environment, source: Source) -> Template:
    with _explained(source):
        return jinja.from_string(source.text)


def _render(source: Source, template: Template, answers: Mapping[str, object]) -> str:
    with _explained(source):
        return template.render(answers)


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    """A template may raise anything: a filter that gets what it cannot take, a division, a recursion."""
    try:
        yield
    except HelmforgeError:
        raise
    except Exception as error:
        place = source.place(_line(error))
        kind = "" if type(error).__module__.startswith("jinja2") else f"{type(error).__name__}: "
        raise StepError(
            f"the chart template {place.rpartition(':')[0]} does not render",
            where=place,
            why=f"{kind}{error}",
        ) from error


def _line(error: Exception) -> int:
    """Syntax errors know theirs; of all others Jinja puts the template's line into the traceback."""
    line = getattr(error, "lineno", None)
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == _COMPILED:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line if isinstance(line, int) else 1
