"""The image of helmforge itself, built by buildah from the Dockerfile of the repository."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from dev.base_image import BASE, has_base_image, keeps_layers, store_environment
from dev.cache import exclusive
from tests.support.tools import missing, require_tool

ROOT = Path(__file__).parents[2]
_IMAGE = "localhost/helmforge:test"
# Fixed ones, so that the layers of one run serve the next.
ARGUMENTS = {"VERSION": "1.2.3", "REVISION": "0123456789ab", "CREATED": "2026-11-20T10:00:00Z"}
REMOTE = "/srv/remote.git"
OUTPUT = "/srv/output"
_STAGE = "localhost/helmforge:build"
# What of pip's configuration says where packages come from.
_PIP_KEYS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")
_SECRETS = "/run/secrets"
_BUILD_SECONDS = 900


def built(folder: Path) -> Container:
    """A container of the image, built with what this machine needs to reach a package index.

    `folder` is for scratch files.
    """
    require_tool("buildah")
    if not has_base_image():
        missing("the base of the image is not here: `make baseimage` makes it")
    given = [f"--build-arg={name}={value}" for name, value in {"BASE": BASE, **ARGUMENTS}.items()]
    secrets = [f"--secret=id={path.name},src={path}" for path in _secret_files(folder)]
    options = [f"--layers={str(keeps_layers()).lower()}", *given, *secrets, f"--file={ROOT / 'Dockerfile'}"]
    with exclusive("image"):
        # The tag keeps the layers of the first stage from what is pruned.
        _buildah("bud", *options, f"--tag={_STAGE}", "--target=build", ROOT)
        _buildah("bud", *options, f"--tag={_IMAGE}", ROOT)
        name = _buildah("from", _IMAGE).strip()  # before another clone builds its own
        _started("rmi", "--prune")  # fails for an image that another clone works with
    output = folder / "output"
    output.mkdir(mode=0o777)
    output.chmod(0o777)
    return Container(name, output)


def _secret_files(folder: Path) -> list[Path]:
    """This machine's authorities, and the part of pip's configuration that names its index."""
    authorities = folder / "ca-certificates"
    source = Path(os.environ.get("PIP_CERT") or "/etc/ssl/certs/ca-certificates.crt")
    authorities.write_bytes(source.read_bytes())
    pip = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    settings = dict(line.split("=", maxsplit=1) for line in listed.splitlines())
    config = configparser.RawConfigParser()
    config["global"] = {"cert": f"{_SECRETS}/ca-certificates"}
    for key in _PIP_KEYS:
        for place in (f"global.{key}", f":env:.{key}"):
            if place in settings:
                config["global"][key] = settings[place].strip("'\"")
    with (folder / "pip.conf").open("w", encoding="utf-8") as file:
        config.write(file)
    return [authorities, folder / "pip.conf"]


def _buildah(*words: object) -> str:
    done = _started(*words)
    assert done.returncode == 0, f"buildah {words[0]}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _started(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["buildah", *map(str, words)],
        env={**os.environ, **store_environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_BUILD_SECONDS,
    )


@dataclass(frozen=True)
class Container:
    """`buildah run` uses the user, the environment and the folder of the image.

    Streams go to files in `output`, since buildah may end before it has passed on all of them.
    """

    name: str
    output: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _buildah("rm", self.name)

    def run(
        self, *argv: str, repository: Path | None = None, at: str = "/workspace", user: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`repository` is mounted and worked in `at` this folder; its remote is REMOTE."""
        options = [f"--volume={self.output}:{OUTPUT}"]
        if repository:
            remote = repository.parent / "remote.git"
            options += [f"--volume={repository}:{at}", f"--volume={remote}:{REMOTE}:ro", f"--workingdir={at}"]
        if user:
            options.append(f"--user={user}")
        files = [self.output / "out", self.output / "err"]
        for file in files:
            file.write_text("", encoding="utf-8")
            file.chmod(0o666)
        redirected = ["sh", "-c", f'"$@" >{OUTPUT}/out 2>{OUTPUT}/err', "sh", *argv]
        done = _started("run", *options, self.name, "--", *redirected)
        out, err = (file.read_text(encoding="utf-8") for file in files)
        return subprocess.CompletedProcess(argv, done.returncode, out, err)

    def says(self, *argv: str, repository: Path | None = None, at: str = "/workspace", user: str = "") -> str:
        """Standard output of a program that succeeds."""
        done = self.run(*argv, repository=repository, at=at, user=user)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def configuration(self) -> dict[str, Any]:
        inspected = json.loads(_buildah("inspect", "--type=container", self.name))
        found: dict[str, Any] = inspected["OCIv1"]["config"]
        return found

    def size(self) -> int:
        """Bytes of all files of the image, unpacked."""
        folder = Path(_buildah("mount", self.name).strip())
        files = {status.st_ino: status.st_size for status in map(Path.lstat, folder.rglob("*"))}
        return sum(files.values())
