"""Bring this machine to the point where the targets of the Makefile run: `python3 -m dev.setup PART...`.

Needs Python 3.11, Git and the package registries; the rest it installs. What is there already is
left alone, so a second run ends at once.
"""

from __future__ import annotations

import sys

_MINIMUM_PYTHON = (3, 11)


def main(parts: list[str]) -> int:
    if sys.version_info < _MINIMUM_PYTHON:
        found = sys.version.split()[0]
        sys.stderr.write(f"setup: 3.11 or newer is needed, this is Python {found} (make PYTHON=python3.12)\n")
        return 2
    # Only now: these use the standard library of Python 3.11.
    from dev.base_image import ensure_base_image
    from dev.cache import SetupError, say
    from dev.checkers import ensure_checkers
    from dev.debian import BENCH_TOOLS, BUILDKIT_TOOLS, TOOLS, ensure_packages
    from dev.go_programs import (
        ensure_buildkit,
        ensure_control_plane,
        ensure_cosign,
        ensure_referrers_registry,
        ensure_sigstore,
    )
    from dev.jenkins_interpreter import ensure_interpreter
    from dev.kubernetes_tools import ensure_kubernetes_tools
    from dev.python_environment import ensure_environment

    steps = {
        "python": ensure_environment,
        "tools": ensure_kubernetes_tools,
        "packages": lambda: ensure_packages(TOOLS),
        "bench": lambda: ensure_packages(BENCH_TOOLS),
        "controlplane": ensure_control_plane,
        "runtime": lambda: ensure_packages(BUILDKIT_TOOLS),
        "buildkit": ensure_buildkit,
        "registry": ensure_referrers_registry,
        "cosign": ensure_cosign,
        "sigstore": ensure_sigstore,
        "checkers": ensure_checkers,
        "baseimage": ensure_base_image,
        "jenkins": ensure_interpreter,
    }
    unknown = set(parts) - set(steps)
    if unknown or not parts:
        say(f"parts are {', '.join(steps)}")
        return 2
    try:
        for part in parts:
            steps[part]()
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
