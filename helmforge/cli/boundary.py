"""The one place where errors become text on stderr and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from helmforge.cli.printing import clean
from helmforge.cli.signals import interruptible
from helmforge.errors import ExitCode, HelmforgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

_BROKEN_PIPE = 1


def render_error(error: HelmforgeError) -> str:
    """What failed, where, why, and what to do: one labelled part each, safe for a terminal."""
    parts = [("error", error.what), ("  at", error.where), ("  why", error.why), ("  do", error.hint)]
    return "\n".join(_labelled(label, text) for label, text in parts if text)


def interruption() -> HelmforgeError:
    return HelmforgeError("interrupted", hint="run the same command again")


def _labelled(label: str, text: str) -> str:
    indent = " " * (len(label) + 2)
    return f"{label}: " + f"\n{indent}".join(clean(line) for line in text.splitlines())


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Runs `command` and returns the exit code of the process. Nothing is raised."""
    try:
        with interruptible():
            return _invoke(command, list(arguments))
    except HelmforgeError as error:
        code = _fail(error, error.exit_code)
        _announce(error)
        return code
    except click.ClickException as error:
        return _fail(_usage_error(error), ExitCode.USAGE)
    except (KeyboardInterrupt, click.Abort):
        return _fail(interruption(), ExitCode.INTERRUPTED)
    except BrokenPipeError:
        return _BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort: a report instead of a traceback
        return _internal(error, arguments)


def _invoke(command: click.Command, arguments: list[str]) -> int:
    try:
        code = command.main(arguments, prog_name="helmforge", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    except SystemExit as exit_:  # click leaves by this door when the reader of stdout has gone
        return exit_.code if isinstance(exit_.code, int) else _BROKEN_PIPE
    return code if isinstance(code, int) else ExitCode.DONE


def _usage_error(error: click.ClickException) -> HelmforgeError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"{context.command_path} --help" if context else "helmforge --help"
    return HelmforgeError(error.format_message(), hint=hint)


def _internal(error: Exception, arguments: Sequence[str]) -> int:
    from helmforge.cli.report import write_report  # noqa: PLC0415 - internal errors only

    failure = HelmforgeError(
        f"internal error: {type(error).__name__}",
        where=str(write_report(error, arguments)),
        hint="report it with that file; run the same command again to go on",
    )
    return _fail(failure, ExitCode.INTERNAL)


def _fail(error: HelmforgeError, code: ExitCode) -> int:
    click.echo(render_error(error), err=True)
    return int(code)


def _announce(error: HelmforgeError) -> None:
    """In CI also beside the file that it is about."""
    from helmforge import wiring  # noqa: PLC0415 - errors only
    from helmforge.cli.output.renderers import dialect_of  # noqa: PLC0415 - see above

    dialect = dialect_of(wiring.ci().system)
    if dialect is not None:
        from helmforge.cli.output.announcing import announce  # noqa: PLC0415 - see above

        announce(dialect, [error])
