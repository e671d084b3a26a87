"""What BuildKit's client is asked, and what becomes of what it brings back. The daemon itself: *_alike.py."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import tarfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from helmforge.adapters.builders.buildkit import BuildKit
from helmforge.adapters.builders.layouts import Layout
from helmforge.adapters.process import Runner
from helmforge.domain.building import BuilderChoice, BuildSecret, Cache
from helmforge.domain.oci import CREATED, TITLE, RegistryHost, Repository
from helmforge.errors import StepError, ToolError
from tests.adapters.images import the_build
from tests.adapters.recorded import arguments_of, recorded_program

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Repository(RegistryHost("cr.example"), "team/shop")
IMAGE = PLACE.tagged("1.0.0")
LABELS = {CREATED: "2026-11-20T10:00:00+00:00", TITLE: 'a, "b"'}
OURS = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
_BRINGS = """for word; do case "$word" in *dest=*)
  dest=${{word#*dest=}}; dest=${{dest%%,*}}; cp -r '{folder}/layout' "$dest";; esac; done"""


def silent(_: str) -> None: ...


def write_layout(folder: Path, *architectures: str, depth: int = 1) -> Path:
    """Images for these architectures, below `depth` indexes; with one architecture and no index, an image."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    entries = []
    for architecture in architectures:
        labels = {**LABELS, "for": architecture}
        config = blob(json.dumps({"config": {"Labels": labels}}).encode())
        layers = [blob(architecture.encode()), blob(architecture.encode())]
        image = blob(json.dumps({"config": config, "layers": layers}).encode())
        entries.append({**image, "platform": {"architecture": architecture}})
    for _ in range(depth - 1):
        entries = [blob(json.dumps({"manifests": entries}).encode())]
    (folder / "index.json").write_text(json.dumps({"manifests": entries}), encoding="utf-8")
    return folder


@pytest.fixture
def pushed() -> list[tuple[Path, str]]:
    return []


@pytest.fixture
def builder(tmp_path: Path, pushed: list[tuple[Path, str]]) -> BuildKit:
    (tmp_path / "images").mkdir()
    runner = Runner({"PATH": f"{tmp_path}:{os.defpath}", "TOKEN": "canary"})
    choice = BuilderChoice("buildkit", address="tcp://kit:1234", tls="/etc/kit")
    return BuildKit(
        runner, choice, lambda: tmp_path / "images", lambda layout, image: pushed.append((layout, str(image)))
    )


def test_all_that_a_build_says_is_asked_for(builder: BuildKit, tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", OURS)
    client = recorded_program(tmp_path, "buildctl", cases=_BRINGS.format(folder=tmp_path))
    build = the_build(
        args={"A": "x=y, z"},
        target="final",
        platforms=("linux/amd64", "linux/arm64"),
        secrets={"npm": BuildSecret(env="TOKEN")},
        cache=Cache((PLACE,), PLACE),
    )
    builder.build(build, tmp_path, IMAGE, LABELS, silent)

    words = arguments_of(client)
    assert words[:5] == ["--addr", "tcp://kit:1234", "--tlsdir", "/etc/kit", "build"]
    given = set(pairwise(words[5:]))
    folder = tmp_path / "services" / "shop"
    assert given >= {
        ("--local", f"context={folder}"),
        ("--local", f"dockerfile={folder / 'build'}"),
        ("--opt", "filename=Dockerfile"),
        ("--opt", "target=final"),
        ("--opt", "platform=linux/amd64,linux/arm64"),
        ("--opt", "build-arg:A=x=y, z"),
        ("--opt", "build-arg:SOURCE_DATE_EPOCH=1795168800"),
        ("--opt", f"label:{TITLE}={LABELS[TITLE]}"),
        ("--secret", "id=npm,env=TOKEN"),
        ("--import-cache", "type=registry,ref=cr.example/team/shop:buildcache"),
        (
            "--export-cache",
            "type=registry,ref=cr.example/team/shop:buildcache,mode=max,ignore-error=true",
        ),
    }
    (output,) = csv.reader([words[words.index("--output") + 1]])
    assert {"type=oci", f"name={IMAGE}", "rewrite-timestamp=true"} < set(output)
    assert f"annotation.{TITLE}={LABELS[TITLE]}" in output
    assert f"annotation-index.{TITLE}={LABELS[TITLE]}" in output
    assert "canary" not in " ".join(words)


def test_what_was_built_is_kept_for_scan_and_push(
    builder: BuildKit, tmp_path: Path, pushed: list[tuple[Path, str]]
) -> None:
    write_layout(tmp_path / "layout", "s390x", OURS, depth=2)
    recorded_program(tmp_path, "buildctl", cases=_BRINGS.format(folder=tmp_path))
    assert not builder.exists(IMAGE, LABELS)

    for _ in range(2):
        builder.build(the_build(), tmp_path, IMAGE, LABELS, silent)
    assert builder.exists(IMAGE, {**LABELS, "for": OURS})
    assert not builder.exists(IMAGE, {TITLE: "another"})
    assert not builder.exists(PLACE.tagged("2.0.0"), {})

    builder.push(IMAGE, silent)
    builder.export(IMAGE, tmp_path / "image.tar")
    ((layout, name),) = pushed
    assert (Layout(layout).labels()["for"], name) == (OURS, str(IMAGE))
    with tarfile.open(tmp_path / "image.tar") as archive:
        described = json.loads(archive.extractfile("manifest.json").read())[0]  # type: ignore[union-attr]
        layers = [archive.extractfile(each).read() for each in described["Layers"]]  # type: ignore[union-attr]
    assert (described["RepoTags"], layers) == ([str(IMAGE)], [OURS.encode()] * 2)


def test_a_failed_build_leaves_the_image_before_it_alone(builder: BuildKit, tmp_path: Path) -> None:
    write_layout(tmp_path / "layout", OURS)
    recorded_program(tmp_path, "buildctl", cases=_BRINGS.format(folder=tmp_path))
    builder.build(the_build(), tmp_path, IMAGE, LABELS, silent)
    recorded_program(tmp_path, "buildctl", cases=_BRINGS.format(folder=tmp_path), err="no\n", code=1)
    with pytest.raises(ToolError, match="cannot be built"):
        builder.build(the_build(), tmp_path, IMAGE, LABELS, silent)
    assert builder.exists(IMAGE, LABELS)


def test_a_client_that_brings_nothing_back(builder: BuildKit, tmp_path: Path) -> None:
    recorded_program(tmp_path, "buildctl")
    with pytest.raises(StepError, match="brought no image back"):
        builder.build(the_build(), tmp_path, IMAGE, LABELS, silent)


def test_without_an_image_there_is_nothing_to_push(builder: BuildKit, tmp_path: Path) -> None:
    with pytest.raises(StepError, match="is not built"):
        builder.push(IMAGE, silent)
    with pytest.raises(StepError, match="is not built"):
        builder.export(IMAGE, tmp_path / "image.tar")


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        '{"manifests": []}',
        '{"manifests": [{"digest": "../../../etc/passwd"}]}',
        '{"manifests": [{"digest": "sha256:../../x"}]}',
        f'{{"manifests": [{{"digest": "sha256:{"0" * 64}"}}]}}',
    ],
)
def test_nonsense_is_an_error_that_says_so(tmp_path: Path, index: str) -> None:
    folder = write_layout(tmp_path / "layout", OURS)
    (folder / "index.json").write_text(index, encoding="utf-8")
    with pytest.raises(StepError, match="broken image"):
        Layout(folder).labels()
    with pytest.raises(StepError, match="broken image"):
        Layout(folder).write_archive(IMAGE, tmp_path / "image.tar")
    with pytest.raises(StepError, match="broken image"):
        Layout(write_layout(tmp_path / "deep", OURS, depth=9)).labels()
