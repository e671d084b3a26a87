"""A Debian to build helmforge's own image from where no registry can be reached: what debootstrap makes.

It lies in a store of images in the cache folder. The build keeps its layers there, too.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from dev.cache import cache_folder, exclusive, say
from dev.debian import administrator, ensure_packages
from dev.programs import run, succeeds

# The suite of the Dockerfile's own base.
SUITE = "trixie"
BASE = f"localhost/helmforge-debian:{SUITE}"
_PACKAGES = {"buildah": "buildah", "debootstrap": "/usr/sbin/debootstrap"}
_UNPACKED = ("--exclude=./dev/*", "--exclude=./proc/*", "--exclude=./sys/*")
_IMPORT = "FROM scratch\nADD debian.tar /\n"


def ensure_base_image() -> None:
    ensure_packages(_PACKAGES)
    if has_base_image():
        return
    with exclusive("image"):
        if not has_base_image():
            _make()


def has_base_image() -> bool:
    return succeeds(["buildah", "images", BASE], env=store_environment())


def store_environment() -> dict[str, str]:
    """What makes buildah use the store."""
    folder = cache_folder() / "image"
    configuration = folder / "storage.conf"
    environment = {"CONTAINERS_STORAGE_CONF": str(configuration), "BUILDAH_ISOLATION": "chroot"}
    if not configuration.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for driver in ("overlay", "vfs"):  # an overlay is not possible everywhere
            configuration.write_text(_storage(folder, driver), encoding="utf-8")
            if succeeds(["buildah", "info"], env=environment):
                break
    return environment


def keeps_layers() -> bool:
    """With the other driver each layer is a whole copy: that costs more than it saves."""
    conf = Path(store_environment()["CONTAINERS_STORAGE_CONF"])
    return '"overlay"' in conf.read_text(encoding="utf-8")


def _storage(folder: Path, driver: str) -> str:
    places = {"driver": driver, "graphroot": str(folder / "graph"), "runroot": str(folder / "run")}
    return "\n".join(["[storage]", *(f"{name} = {json.dumps(value)}" for name, value in places.items())])


def _make() -> None:
    say(f"making a base image of Debian {SUITE} (a minute)")
    with tempfile.TemporaryDirectory(dir=cache_folder()) as place:
        folder = Path(place)
        root = [*administrator(), "env", f"TMPDIR={folder}"]
        run([*root, "debootstrap", "--variant=minbase", SUITE, folder / "root", _mirror()])
        run([*root, "chroot", folder / "root", "apt-get", "clean"])
        run([*root, "tar", "--create", "--one-file-system", *_UNPACKED, "-C", folder / "root",
             "--file", folder / "debian.tar", "."])  # fmt: skip
        (folder / "Dockerfile").write_text(_IMPORT, encoding="utf-8")
        run([*root, "rm", "-rf", "--one-file-system", folder / "root"])
        run(["buildah", "bud", "--tag", BASE, folder], env=store_environment())


def _mirror() -> str:
    """Where this machine gets its own packages from, as far as that is a mirror of Debian's main archive."""
    sites = run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(SITE)", "Created-By: Packages"])
    known = [line.split()[-1] for line in sites.splitlines() if line.startswith("Debian Debian http")]
    return known[0] if known else "http://deb.debian.org/debian"
