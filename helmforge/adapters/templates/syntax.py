"""How templates are written: Jinja2 with delimiters of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def jinja_environment() -> Environment:
    """Delimiters that appear neither in Helm's templates nor in CI files nor, as syntax, in YAML."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - 45 ms that most commands need not pay
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - see above

    # A sandbox: a pull request may bring templates of its own, and `update --check` renders them.
    jinja = ImmutableSandboxedEnvironment(
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
        autoescape=False,  # YAML and Go templates, not HTML; answers are checked names
    )
    jinja.globals.clear()  # no template needs them, and every rendering would copy them
    return jinja
