"""Names that mean harm to shells and CI systems, and a shell that runs scripts for many of them at once."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_TOUCH = "touch canary"
_PIECES = (
    *(f"$({_TOUCH})", f"`{_TOUCH}`", f";{_TOUCH};", f"&&{_TOUCH}", f"|{_TOUCH}", f"\n{_TOUCH}\n", f"'{_TOUCH}'"),
    *(f'"; {_TOUCH}; "', f"'; {_TOUCH}; '", f"$[{_TOUCH}]", f"${{{{ {_TOUCH} }}}}", f"<({_TOUCH})", "${IFS}", "$(x)"),
    *("##vso[task.setvariable variable=flow;isOutput=true]release", "$CI_COMMIT_SHA", "$(Build.SourceBranch)"),
    *("'", '"', "\\", "\n", "\r", " ", "\t", "*", "?", "~", "!", "#", "$", "`", "{", "}", "-", "--", "=", "%", "\u202e"),
    *("::error::", "feature/", "release/", "a", "1.0.0", "é", "\x1b[31m", "&", ">", "<", "|", ";", ":", "@", "[", "]"),
)


def hostile_names(number: int, *, seed: int) -> list[str]:
    choose = random.Random(seed)  # noqa: S311 - tests
    return ["".join(choose.choices(_PIECES, k=choose.randint(1, 6))) for _ in range(number)]


def calls(
    folder: Path, script: str, environments: Sequence[Mapping[str, str]], *, shell: Sequence[str]
) -> Iterator[list[str]]:
    """The arguments with which `script` called helmforge in each environment, in turn.

    One shell runs all of them in `folder`: helmforge is a function of it that notes its arguments.
    """
    body = [
        "function helmforge { printf '%s\\0' ${#} \"${@}\" >&9; }",
        "function cat { :; }",
        f"function job {{\n{script}\n}}",
        "exec 9>calls",
        "mapfile -d '' pairs <environments",
        'for pair in "${pairs[@]}"; do',
        '  if [[ $pair == END_OF_ONE= ]]; then job >log; else export "$pair"; fi',
        "done",
    ]
    lines = [f"{key}={value}\0" for each in environments for key, value in [*each.items(), ("END_OF_ONE", "")]]
    (folder / "environments").write_text("".join(lines), encoding="utf-8", newline="")
    (folder / "script").write_text("\n".join(body), encoding="utf-8")
    subprocess.run([*shell, "script"], cwd=folder, check=True, capture_output=True, timeout=120)
    fields = iter((folder / "calls").read_bytes().decode().split("\0")[:-1])
    for count in fields:
        yield [next(fields) for _ in range(int(count))]
