"""Chart archives: the same bytes everywhere, and safe to read."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters import archives
from helmforge.adapters.archives import ChartArchives
from helmforge.errors import StepError
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2026, 9, 21, 12, 0, 30, 999_999, tzinfo=UTC)
LATER = datetime(2026, 9, 22, tzinfo=UTC)
CHART = {
    "Chart.yaml": b"apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: 1.2.3\n",
    "values.yaml": b"# the port\nport: 8080\n",
    "values-qa.yaml": b"port: 9090\n",
    "values.schema.json": b'{"type": "object"}',
    "templates/config.yaml": (
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata: {port: {{ .Values.port | quote }}}\n"
    ),
    "templates/_names.tpl": b"",
    "files/" + "deep/" * 30 + "gr\u00f6\u00dfe.txt": bytes(range(256)) * 600,
    ".helmforge.lock": b"x\n",
}


def archive(*entries: tuple[str, bytes], compressed: bool = True) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0) if compressed else buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(StepError, match="not a usable chart archive") as caught:
        ChartArchives().members(content)
    return caught.value.why


def packaged(folder: Path, name: str, content: bytes, when: datetime = WHEN) -> bytes:
    package = folder / name
    package.write_bytes(content)
    ChartArchives().normalise(package, when)
    assert package.stat().st_mtime == int(when.timestamp())
    return package.read_bytes()


def test_members_are_relative_to_the_chart() -> None:
    content = archive(("shop/Chart.yaml", b"name: shop\n"), ("shop/charts/db/Chart.yaml", b"name: db\n"))
    assert ChartArchives().members(content) == {
        "Chart.yaml": b"name: shop\n",
        "charts/db/Chart.yaml": b"name: db\n",
    }


def test_folders_are_no_members() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        folder = tarfile.TarInfo("shop/templates")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        tar.addfile(tarfile.TarInfo("shop/Chart.yaml"))
    assert ChartArchives().members(buffer.getvalue()) == {"Chart.yaml": b""}


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "shop/../../x", "shop\\..\\x", "Chart.yaml"])
def test_names_that_leave_the_chart(name: str) -> None:
    assert repr(name) in refusal(archive(("shop/Chart.yaml", b""), (name, b"")))


def test_a_second_chart_beside_the_first() -> None:
    assert "'evil/Chart.yaml'" in refusal(archive(("shop/Chart.yaml", b""), ("evil/Chart.yaml", b"")))


@pytest.mark.parametrize("name", ["shop/Chart.yaml", "shop/./Chart.yaml"])
def test_a_name_that_occurs_twice(name: str) -> None:
    assert "twice" in refusal(archive(("shop/Chart.yaml", b"one"), (name, b"two")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices(kind: bytes) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo("shop/values.yaml")
        info.type, info.linkname = kind, "/etc/passwd"
        tar.addfile(info)
    assert "not a regular file" in refusal(buffer.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an archive",
        gzip.compress(b"no tar", mtime=0),
        gzip.compress(b"", mtime=0),
        archive(("shop/Chart.yaml", b"x" * 5000))[:-40],
        gzip.compress(archive(("shop/Chart.yaml", b"x" * 5000), compressed=False)[:2048], mtime=0),
        archive(compressed=True),
    ],
    ids=["empty", "text", "gzip of text", "gzip of nothing", "cut short", "tar cut short", "no members"],
)
def test_what_is_no_archive(content: bytes) -> None:
    assert refusal(content)


def test_a_size_below_zero_ends() -> None:
    """CVE-2025-8194: tarfile goes backwards, for ever."""
    tar = bytearray(archive(("shop/Chart.yaml", b"x" * 2000), ("shop/b", b""), compressed=False))
    tar[124:136] = b"\xff" * 10 + b"\xf8\x00"  # base-256, -2048
    tar[148:156] = b" " * 8
    tar[148:156] = b"%06o\0 " % sum(tar[:512])
    assert refusal(gzip.compress(bytes(tar), mtime=0))


def test_too_many_and_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_MEMBERS", 3)
    monkeypatch.setattr(archives, "_LARGEST", 10)
    assert ChartArchives().members(archive(("s/a", b"12345"), ("s/b", b"12345")))
    assert "more than" in refusal(archive(*((f"s/{number}", b"") for number in range(4))))
    assert "more than" in refusal(archive(("s/a", b"12345"), ("s/b", b"123456")))


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_LARGEST_TAR", 1024 * 1024)
    bomb = gzip.compress(bytes(5 * 1024 * 1024), mtime=0)
    assert len(bomb) < 10_000
    assert "more than" in refusal(bomb)


def test_bytes_depend_on_names_contents_and_time_only(tmp_path: Path) -> None:
    entries = [(f"shop/{name}", content) for name, content in CHART.items()]
    first = packaged(tmp_path, "a.tgz", archive(*entries))
    second = packaged(tmp_path, "b.tgz", gzip.compress(archive(*entries[::-1], compressed=False), 1, mtime=0))
    assert first == second
    assert packaged(tmp_path, "a.tgz", first) == first
    assert packaged(tmp_path, "c.tgz", first, LATER) != first
    assert packaged(tmp_path, "d.tgz", archive(*entries, ("shop/more", b""))) != first
    assert ChartArchives().members(first) == CHART
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.tgz", "b.tgz", "c.tgz", "d.tgz"]


def test_bytes_are_pinned(tmp_path: Path) -> None:
    """A change here gives every released chart another digest. No compressor, clock, user or locale has
    a part in it.
    """
    entries = [("shop/values.yaml", b"a: 1\n"), ("shop/Chart.yaml", b"")]
    digest = hashlib.sha256(packaged(tmp_path, "shop.tgz", archive(*entries))).hexdigest()
    assert digest == "a249e8243ed2e6e7f1dae19c95d074d1df6b11e68b3b7f39100e10caa6d8a38d"


def test_gzip_itself_takes_the_archive(tmp_path: Path) -> None:
    package = packaged(tmp_path, "shop.tgz", archive(("shop/Chart.yaml", b"x" * 200_000)))
    assert zlib.decompress(package, 31).count(b"x") == 200_000


def test_what_stands_in_the_headers(tmp_path: Path) -> None:
    package = packaged(tmp_path, "shop.tgz", archive(*((f"shop/{name}", b"x" * 70_000) for name in CHART)))
    assert package[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "no time, no name, no system"
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as tar:
        members = tar.getmembers()
    assert members[0].name == "shop/Chart.yaml"
    assert [member.name for member in members[1:]] == sorted(member.name for member in members[1:])
    facts = {(entry.uid, entry.gid, entry.uname, entry.gname, entry.mode, entry.mtime) for entry in members}
    assert facts == {(0, 0, "", "", 0o644, int(WHEN.timestamp()))}


def test_a_package_that_cannot_be_rewritten_stays(tmp_path: Path) -> None:
    package = tmp_path / "shop.tgz"
    package.write_bytes(b"not an archive")
    with pytest.raises(StepError):
        ChartArchives().normalise(package, WHEN)
    with pytest.raises(StepError, match="cannot rewrite"):
        ChartArchives().normalise(tmp_path / "none.tgz", WHEN)
    assert [path.name for path in tmp_path.iterdir()] == ["shop.tgz"]


def test_stage(tmp_path: Path) -> None:
    ChartArchives().stage(CHART, tmp_path / "new/shop", WHEN)
    staged = {path for path in (tmp_path / "new/shop").rglob("*") if path.is_file()}
    assert {str(path.relative_to(tmp_path / "new/shop")): path.read_bytes() for path in staged} == CHART
    assert {(path.stat().st_mtime, path.stat().st_mode & 0o777) for path in staged} == {
        (int(WHEN.timestamp()), 0o644)
    }


@pytest.mark.parametrize("name", ["/x", "../x", "a/../../x", ""])
def test_stage_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StepError):
        ChartArchives().stage({name: b""}, tmp_path / "shop", WHEN)
    assert not (tmp_path / "x").exists()


@pytest.mark.integration
def test_both_helms_make_and_take_the_same_archive(tmp_path: Path) -> None:
    made = {}
    for version in ("3", "4"):
        helm = str(require_tool("helm", version=version))
        stage, out = tmp_path / version / "shop", tmp_path / version / "out"
        ChartArchives().stage(CHART, stage, WHEN)
        subprocess.run(
            [helm, "package", str(stage), "--destination", str(out)], check=True, capture_output=True
        )
        ChartArchives().normalise(out / "shop-1.2.3.tgz", WHEN)
        made[version] = out / "shop-1.2.3.tgz"
    assert made["3"].read_bytes() == made["4"].read_bytes()
    members = dict(ChartArchives().members(made["3"].read_bytes()))
    assert {**members, "Chart.yaml": b""} == {**CHART, "Chart.yaml": b""}, "Helm writes Chart.yaml anew"
    for version, package in made.items():
        helm = str(require_tool("helm", version=version))
        for arguments in (["show", "chart"], ["template", "shop"], ["lint", "--strict"]):
            subprocess.run([helm, *arguments, str(package)], check=True, capture_output=True)
        rendered = subprocess.run([helm, "template", "shop", str(package)], check=True, capture_output=True)
        assert b'port: "8080"' in rendered.stdout
