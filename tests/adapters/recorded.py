"""Stand-ins that only say what a real program was recorded to say. For reading messages, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """\
#!/bin/sh
printf '%s\\n' "$@" >> '{folder}/{name}.arguments'
{cases}
cat '{folder}/{name}.out'
cat '{folder}/{name}.err' >&2
exit {code}
"""


def recorded_program(
    folder: Path, name: str, *, out: str = "", err: str = "", code: int = 0, cases: str = ""
) -> Path:
    """`cases` are lines of shell that run before the recorded answer is given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.out").write_text(out, encoding="utf-8")
    (folder / f"{name}.err").write_text(err, encoding="utf-8")
    program = folder / name
    program.write_text(_SCRIPT.format(folder=folder, name=name, code=code, cases=cases), encoding="utf-8")
    program.chmod(0o755)
    return program


def arguments_of(program: Path) -> list[str]:
    """Every argument of every call so far."""
    return program.with_name(f"{program.name}.arguments").read_text(encoding="utf-8").splitlines()
