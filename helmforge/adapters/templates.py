"""The chart templates: where they are, how a type is put together, and Jinja2 on top.

A type is its own folder plus the parts of `_shared/` that its file `parts` lists. Put together but not yet
rendered, the result is a chart that Helm loads; docs/charts.md describes the layout.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helmforge.domain.names import nearest
from helmforge.errors import StepError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jinja2 import Environment, Template

    from helmforge.domain.scaffolding import ChartAnswers

_PACKAGE = Path(__file__).resolve().parent.parent
_SHARED = "_shared"
_PARTS = "parts"
_PER_ENVIRONMENT = "__environment__"
_VALUES = "chart/values.yaml"
_SCHEMA = "chart/values.schema.json"


def template_root() -> Path:
    """Inside an installed wheel the templates lie in the package, in a checkout beside it."""
    packaged = _PACKAGE / "_chart_templates"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "chart_templates"


TEMPLATE_VERSION: str = (template_root() / "VERSION").read_text(encoding="utf-8").strip()
"""Semver: a patch never restarts pods, a minor version may, a major one needs a migration."""


class JinjaTemplates:
    """Compiles a type at its first use and keeps it: one call may scaffold many services."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or template_root()
        self._compiled: dict[str, dict[str, Template]] = {}

    def types(self) -> tuple[str, ...]:
        folders = (child for child in self._root.iterdir() if child.is_dir())
        return tuple(sorted(folder.name for folder in folders if not folder.name.startswith("_")))

    def unrendered(self, type_name: str) -> dict[str, str]:
        """The files of a type before Jinja, by their path inside the service's folder.

        Raises UsageError for a type that does not exist.
        """
        if type_name not in self.types():
            raise self._unknown(type_name)
        tree = dict(_texts(self._root / type_name))
        for part in tree.pop(_PARTS, "").split():
            _add_part(tree, dict(_texts(self._root / _SHARED / part)))
        return tree

    def render(self, answers: ChartAnswers) -> dict[str, str]:
        """The files of a service, by their path inside its folder."""
        rendered: dict[str, str] = {}
        for path, template in self._templates(answers.type).items():
            if _PER_ENVIRONMENT not in path:
                rendered[path] = _render(path, template, vars(answers))
                continue
            for environment in answers.environments:
                target = path.replace(_PER_ENVIRONMENT, environment.name)
                rendered[target] = _render(path, template, vars(answers) | {"environment": environment})
        return rendered

    def _templates(self, type_name: str) -> dict[str, Template]:
        if type_name not in self._compiled:
            jinja = _jinja()
            texts = sorted(self.unrendered(type_name).items())
            self._compiled[type_name] = {path: _compile(jinja, path, text) for path, text in texts}
        return self._compiled[type_name]

    def _unknown(self, type_name: str) -> UsageError:
        known = self.types()
        close = nearest(type_name, known)
        return UsageError(
            f"there is no chart type {type_name!r}",
            why=f"the types are {', '.join(known)}",
            hint=f"did you mean {close!r}?" if close else "choose one of them with --type",
        )


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def _add_part(tree: dict[str, str], part: Mapping[str, str]) -> None:
    """Values are appended, schemas merged, every other file is added unless the type brings its own."""
    for name, text in part.items():
        path = f"chart/{name}"
        if path == _VALUES:
            tree[path] = f"{tree[path]}\n{text}"
        elif path == _SCHEMA:
            merged = _merge(json.loads(tree[path]), json.loads(text))
            tree[path] = json.dumps(merged, indent=2, ensure_ascii=False) + "\n"
        else:
            tree.setdefault(path, text)


def _merge(base: Any, addition: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(base, dict) and isinstance(addition, dict):
        return base | {key: _merge(base.get(key), value) for key, value in addition.items()}
    if isinstance(base, list) and isinstance(addition, list):
        return base + addition
    return addition


def _jinja() -> Environment:
    """Delimiters that appear neither in Helm's templates nor, as syntax, in YAML."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - 45 ms that most commands need not pay

    jinja = Environment(
        variable_start_string="<%",
        variable_end_string="%>",
        block_start_string="<%%",
        block_end_string="%%>",
        comment_start_string="<#",
        comment_end_string="#>",
        line_statement_prefix="#%",
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML and Go templates, not HTML; answers are checked names
    )
    jinja.globals.clear()  # no template needs them, and every rendering would copy them
    return jinja


def _compile(jinja: Environment, path: str, text: str) -> Template:
    with _explained(path):
        return jinja.from_string(text)


def _render(path: str, template: Template, answers: Mapping[str, object]) -> str:
    with _explained(path):
        return template.render(answers)


@contextmanager
def _explained(path: str) -> Iterator[None]:
    from jinja2 import TemplateError  # noqa: PLC0415 - see _jinja

    try:
        yield
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise StepError(
            f"the chart template {path} does not render",
            where=f"{path}:{line}" if line else path,
            why=str(error),
        ) from error
