"""Debian packages that the tests, the demo and the benchmarks need."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from dev.cache import SetupError, exclusive, say
from dev.programs import run, succeeds

# Package -> the program by which it is known where it comes from elsewhere.
TOOLS = {
    "git": "git",
    "gnupg": "gpg",
    "openssh-client": "ssh-keygen",
    "buildah": "buildah",
    "docker-registry": "docker-registry",
    "busybox-static": "busybox",
    "default-jre-headless": "java",
    "maven": "mvn",
}
BUILDKIT_TOOLS = {"runc": "runc"}
BENCH_TOOLS = {"skopeo": "skopeo"}
_SYSTEMD_RUNS = Path("/run/systemd/system")


def ensure_packages(packages: dict[str, str]) -> None:
    """Installs what is missing, as root or with sudo."""
    missing = [package for package, program in packages.items() if not _present(package, program)]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise SetupError(f"please install {', '.join(missing)}: this machine has no apt-get")
    install_packages(missing)


def install_packages(packages: list[str]) -> None:
    with exclusive("packages"):
        say(f"installing the Debian packages {', '.join(packages)}")
        apt = [*administrator(), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
        if not (succeeds(["apt-cache", "show", *packages]) and succeeds(install)):
            say("updating the package lists first")
            run([*apt, "update"])
            run(install)
        if "docker-registry" in packages and _SYSTEMD_RUNS.is_dir():
            say("stopping the registry service that came with the package: helmforge starts its own")
            run([*administrator(), "systemctl", "disable", "--now", "docker-registry"])


def _present(package: str, program: str) -> bool:
    if program == "busybox" and shutil.which("dpkg-query"):
        # Any other busybox of Debian needs the C library, and cannot run in an otherwise empty image.
        return succeeds(["dpkg", "--status", package])
    return shutil.which(program) is not None


def administrator() -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise SetupError("installing packages needs root: run this as root, or install sudo")
    return ["sudo"]
