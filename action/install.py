"""Install the helmforge of this commit, with locked dependencies, in an environment of its own.

The runner's own Python, and what is installed there, stay as they are: only `helmforge` goes on PATH.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

_MINIMUM_PYTHON = (3, 11)
_ROOT = Path(__file__).resolve().parents[1]
_LOCKS = [_ROOT / "dev" / "runtime.txt", _ROOT / "dev" / "build.txt"]


def main() -> int:
    if sys.version_info < _MINIMUM_PYTHON:
        found = sys.version.split()[0]
        print(f"::error::helmforge needs Python 3.11 or newer, this is {found}: set python-version")
        return 2
    environment = _folder()
    program = environment / "bin" / "helmforge"
    if not (environment / ".complete").exists():
        _install(environment)
        (environment / ".complete").touch()
    commands = environment / "commands"
    commands.mkdir(exist_ok=True)
    if not (commands / "helmforge").is_symlink():
        (commands / "helmforge").symlink_to(program)
    shown = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    _append("GITHUB_PATH", f"{commands}")
    _append("GITHUB_OUTPUT", f"version={shown.split()[-1]}\nprogram={program}")
    print(shown.strip())
    return 0


def _folder() -> Path:
    """One for each commit of the action and each Python: a job may use two."""
    hashed = hashlib.sha256(f"{_ROOT} {sys.executable} {sys.version}".encode())
    for lock in _LOCKS:
        hashed.update(lock.read_bytes())
    return Path(os.environ["RUNNER_TEMP"]).resolve() / f"helmforge-{hashed.hexdigest()[:16]}"


def _install(environment: Path) -> None:
    print("::group::install helmforge", flush=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    locks = [f"--requirement={lock}" for lock in _LOCKS]
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
    subprocess.run([*pip, "--no-compile", "--require-hashes", *locks], check=True)
    subprocess.run([*pip, "--no-compile", "--no-deps", "--no-build-isolation", str(_ROOT)], check=True)
    print("::endgroup::", flush=True)


def _append(variable: str, text: str) -> None:
    """To one of the files in which a runner reads what a step leaves to the next ones."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
