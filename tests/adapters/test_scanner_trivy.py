"""The real trivy, without a network: its database holds the flaws that a test needs."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.scanner import CommandScanner
from helmforge.domain.oci import Digest, RegistryHost, Repository
from helmforge.domain.settings import Scan
from helmforge.errors import ToolError
from tests.support.registry import RegistryServer
from tests.support.tools import require_tool
from tests.support.trivy_database import write_database

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

IMAGE = Repository(RegistryHost("cr.example"), "team/shop").tagged("v1.0.0")
INSTALLED = "P:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\no:musl\n\n"
FILES = {
    "etc/os-release": 'ID=alpine\nVERSION_ID=3.19.1\nNAME="Alpine Linux"\n',
    "etc/alpine-release": "3.19.1\n",
    "lib/apk/db/installed": INSTALLED,
    "app/.env": f"TOKEN=ghp_{'a1B2c3D4e5F6' * 3}\n",
}
FLAWS = {
    "CVE-2026-0001": {"package": "musl", "fixed": "1.2.5-r0", "severity": "HIGH", "title": "an overflow"},
    "CVE-2026-0002": {"package": "musl", "fixed": "1.2.4-r1", "severity": "CRITICAL", "title": "mended"},
    "CVE-2026-0003": {"package": "zlib", "fixed": "9.9", "severity": "CRITICAL", "title": "elsewhere"},
}
FLAW = "HIGH CVE-2026-0001 musl 1.2.4-r2 (fixed in 1.2.5-r0)"
TOKEN = "CRITICAL github-pat /app/.env: secret: GitHub Personal Access Token"


def image_archive(file: Path) -> Path:
    """An image of one layer, in the format of `docker save`."""
    layer = _tar({name: text.encode() for name, text in FILES.items()})
    digest = hashlib.sha256(layer).hexdigest()
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs, "config": {}}).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": ["shop:1"], "Layers": [f"{digest}.tar"]}]
    parts = {name: config, f"{digest}.tar": layer, "manifest.json": json.dumps(manifest).encode()}
    file.write_bytes(_tar(parts))
    return file


def _tar(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return content.getvalue()


class Scene:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        environment = {"PATH": os.defpath, "HOME": str(folder), "TRIVY_CACHE_DIR": str(self.cache)}
        self.scanner = CommandScanner(Runner(environment))
        self.lines: list[str] = []

    @property
    def command(self) -> tuple[str, ...]:
        return (str(require_tool("trivy")), "--skip-db-update", "--offline-scan", "--skip-version-check")

    def fill(self) -> None:
        write_database(self.cache, "alpine 3.19", FLAWS)

    def scan(self, *command: str) -> list[str]:
        found = self.scanner.scan(Scan(command), IMAGE, self.archive, self.folder, self.lines.append)
        return sorted(map(str, found))

    def archive(self) -> Path:
        return image_archive(self.folder / "image.tar")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_flaws_and_secrets_of_an_archive(scene: Scene) -> None:
    scene.fill()
    assert scene.scan(*scene.command) == [TOKEN, FLAW]


def test_what_is_in_the_registry_is_the_same(scene: Scene) -> None:
    """By digest and over plain HTTP, as what production runs is asked for."""
    scene.fill()
    with RegistryServer(scene.folder / "registry") as registry:
        repository = Repository(RegistryHost(registry.address), "shop")
        file = scene.folder / "digest"
        target = ["--dest-tls-verify=false", f"--digestfile={file}", f"docker-archive:{scene.archive()}"]
        argv = [
            str(require_tool("skopeo")),
            "--insecure-policy",
            "copy",
            *target,
            f"docker://{repository.tagged('1')}",
        ]
        subprocess.run(argv, check=True, capture_output=True)
        image = repository.at(Digest.parse(file.read_text(encoding="utf-8").strip()))
        found = scene.scanner.scan_published(Scan(scene.command), image, scene.folder, scene.lines.append)
    assert sorted(map(str, found)) == [TOKEN, FLAW]


def test_no_database_is_a_failure(scene: Scene) -> None:
    with pytest.raises(ToolError, match="the image scanner failed") as caught:
        scene.scan(*scene.command)
    assert "DB error" in caught.value.why


def test_a_broken_database_is_a_failure(scene: Scene) -> None:
    scene.fill()
    (scene.cache / "db" / "trivy.db").write_bytes(b"\0" * 8192)
    with pytest.raises(ToolError, match="the image scanner failed"):
        scene.scan(*scene.command)


def test_sarif_of_a_script_that_calls_trivy(scene: Scene) -> None:
    scene.fill()
    script = scene.folder / "scan.sh"
    flags = " ".join(scene.command[1:])
    script.write_text(
        f'#!/bin/sh\nexec {scene.command[0]} image --quiet --format sarif {flags} --input "$1"\n', "utf-8"
    )
    script.chmod(0o755)
    found = scene.scan("./scan.sh", "{archive}")
    assert [text.split(":")[0] for text in found] == [
        "CRITICAL github-pat /app/.env",
        "HIGH CVE-2026-0001",
    ]
