"""Names that mean harm to shells and CI systems, and a shell that runs scripts for many of them at once."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TOUCH = "touch canary"
_PIECES = (
    *(
        f"$({_TOUCH})",
        f"`{_TOUCH}`",
        f";{_TOUCH};",
        f"&&{_TOUCH}",
        f"|{_TOUCH}",
        f"\n{_TOUCH}\n",
        f"'{_TOUCH}'",
    ),
    *(
        f'"; {_TOUCH}; "',
        f"'; {_TOUCH}; '",
        f"$[{_TOUCH}]",
        f"${{{{ {_TOUCH} }}}}",
        f"<({_TOUCH})",
        "${IFS}",
        "$(x)",
    ),
    *(
        "##vso[task.setvariable variable=flow;isOutput=true]release",
        "$CI_COMMIT_SHA",
        "$(Build.SourceBranch)",
    ),
    *(
        "'",
        '"',
        "\\",
        "\n",
        "\r",
        " ",
        "\t",
        "*",
        "?",
        "~",
        "!",
        "#",
        "$",
        "`",
        "{",
        "}",
        "-",
        "--",
        "=",
        "%",
        "\u202e",
    ),
    *(
        "::error::",
        "feature/",
        "release/",
        "a",
        "1.0.0",
        "é",
        "\x1b[31m",
        "&",
        ">",
        "<",
        "|",
        ";",
        ":",
        "@",
        "[",
        "]",
    ),
)


def hostile_names(number: int, *, seed: int) -> list[str]:
    choose = random.Random(seed)
    return ["".join(choose.choices(_PIECES, k=choose.randint(1, 6))) for _ in range(number)]


def calls(
    folder: Path, scripts: Sequence[str], environments: Sequence[Mapping[str, str]], *, shell: Sequence[str]
) -> list[list[str]]:
    """The arguments with which the scripts, all of them in each environment in turn, called helmforge.

    One shell runs all of them in `folder`: helmforge is a function of it that notes its arguments. Variables
    are assigned, not exported: thousands of exports take a shell longer than anything else here.
    """
    names = [f"job_{number}" for number in range(len(scripts))]
    body = [
        "function helmforge { printf '%s\\0' ${#} \"${@}\" >&9; }",
        "function cat { :; }",
        *(f"function {name} {{\n{script}\n}}" for name, script in zip(names, scripts, strict=True)),
        "exec 9>calls",
        "mapfile -d '' fields <environments",
        "for ((i = 0; i < ${#fields[@]}; i += 2)); do",
        '  if [[ ${fields[i]} ]]; then printf -v "${fields[i]}" %s "${fields[i + 1]}"',
        f"  else {' >/dev/null; '.join(names)} >/dev/null; fi",
        "done",
    ]
    fields = (field for each in environments for pair in [*each.items(), ("", "")] for field in pair)
    (folder / "environments").write_text(
        "".join(f"{each}\0" for each in fields), encoding="utf-8", newline=""
    )
    (folder / "script").write_text("\n".join(body), encoding="utf-8")
    subprocess.run([*shell, "script"], cwd=folder, check=True, capture_output=True, timeout=300)
    noted = iter((folder / "calls").read_bytes().decode().split("\0")[:-1])
    return [[next(noted) for _ in range(int(count))] for count in noted]
