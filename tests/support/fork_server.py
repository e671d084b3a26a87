"""A process that has imported helmforge already and forks one of its own for each command (commands.py)."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
from typing import Any

import helmforge

_HELMFORGE = "helmforge.__main__"


def main() -> None:
    """Reads a command from each line of standard input and answers with its exit code. Returns in the child,
    at the place of a new interpreter: its streams, folder, environment and arguments are the command's.
    """
    _import_everything()
    gc.freeze()  # what is never looked at by the collector is never copied for a child
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
            return
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _import_everything() -> None:
    for module in pkgutil.walk_packages(helmforge.__path__, "helmforge."):
        if not module.name.endswith("__main__") and "_chart_templates" not in module.name:
            importlib.import_module(module.name)


def _become(asked: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.alarm(asked["seconds"])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, how in (
        (0, os.devnull, os.O_RDONLY),
        (1, asked["out"], flags),
        (2, asked["err"], flags),
    ):
        opened = os.open(path, how, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["helmforge", *asked["arguments"]]


if __name__ == "__main__":
    main()
    importlib.import_module(_HELMFORGE).main()
