"""`pipeline generate` on a real work tree."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.files import WorkTree
from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_settings
from helmforge.domain.ci_files import CiSystem
from helmforge.errors import RefusedError, StepError, UsageError
from helmforge.flows.generate import GenerateRequest, generate

if TYPE_CHECKING:
    from helmforge.flows.generate import Generated

_SETTINGS = """\
registry: myrepo.cr.io
environments:
  qa: {cluster: {context: dev}, deploy: on-release}
"""
_PATH = Path(CiSystem.GITHUB.path)
_MARK = b"# begin yours: workflow\n"


_PROMOTED = """\
  prod: {{cluster: {{context: prod}}, deploy: on-approval, approvals: {{required: {required}}}}}
"""


def _generate(root: Path, *, trunk: str = "main", path: str = "", check: bool = False) -> Generated:
    settings = parse_settings(f"{_SETTINGS}trunk: {trunk}\n")
    request = GenerateRequest(CiSystem.GITHUB, "1.2.3", path, check)
    return generate(WorkTree(root), BuiltInPipelines(), settings, request)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The file that was generated."""
    assert _generate(tmp_path).written
    return tmp_path / _PATH


def test_a_new_file_is_written_and_then_current(written: Path, tmp_path: Path) -> None:
    before = written.stat()
    for check in (False, True):
        again = _generate(tmp_path, check=check)
        assert (again.current, again.written, again.diff) == (True, False, "")
    assert written.stat().st_mtime_ns == before.st_mtime_ns


def test_check_says_what_would_change_and_writes_nothing(written: Path, tmp_path: Path) -> None:
    before = written.read_bytes()
    result = _generate(tmp_path, trunk="trunk", check=True)
    assert not result.current
    assert not result.written
    assert f"--- a/{_PATH}\n+++ b/{_PATH}\n" in result.diff
    assert '-      - "main"\n+      - "trunk"\n' in result.diff
    assert written.read_bytes() == before
    written.unlink()
    missing = _generate(tmp_path, check=True)
    assert (missing.current, written.exists()) == (False, False)


@pytest.mark.parametrize("system", [CiSystem.GITLAB, CiSystem.AZURE, CiSystem.JENKINS])
def test_a_file_from_before_the_policy_changed_is_not_current(tmp_path: Path, system: CiSystem) -> None:
    def current(required: int, *, check: bool) -> bool:
        settings = parse_settings(_SETTINGS + _PROMOTED.format(required=required))
        request = GenerateRequest(system, "1.2.3", check=check)
        return generate(WorkTree(tmp_path), BuiltInPipelines(), settings, request).current

    current(1, check=False)
    assert (current(1, check=True), current(2, check=True), current(0, check=True)) == (True, True, False)
    current(0, check=False)
    assert (current(0, check=True), current(1, check=True)) == (True, False)


@pytest.mark.parametrize("system", [CiSystem.GITHUB, CiSystem.AZURE])
@pytest.mark.parametrize("sign", ["{key: 'env://COSIGN_PRIVATE_KEY'}", "{keyless: true}"])
def test_a_file_from_before_images_were_signed_is_not_current(
    tmp_path: Path, system: CiSystem, sign: str
) -> None:
    """Those of GitLab and Jenkins stay as they are: a child pipeline has the identity, a section the key."""

    def made(text: str, *, check: bool) -> Generated:
        request = GenerateRequest(system, "1.2.3", check=check)
        return generate(WorkTree(tmp_path), BuiltInPipelines(), parse_settings(_SETTINGS + text), request)

    signing = f"provenance: {{sign: {sign}}}\n"
    made("", check=False)
    assert (made("", check=True).current, made(signing, check=True).current) == (True, False)
    made(signing, check=False)
    assert (made(signing, check=True).current, made("", check=True).current) == (True, False)


@pytest.mark.parametrize(
    ("text", "system", "notes"),
    [
        ("", CiSystem.AZURE, []),
        ("provenance: {sign: {key: a}}\n", CiSystem.AZURE, ["need cosign ("]),
        ("provenance: {sign: {keyless: true}}\n", CiSystem.GITHUB, ["need cosign ("]),
        ("provenance: {sign: {keyless: true}}\n", CiSystem.GITLAB, ["need cosign (", "child pipelines"]),
        ("provenance: {sign: {keyless: true}}\n", CiSystem.AZURE, ["need cosign (", "'service'"]),
        ("provenance: {sign: {keyless: true}}\n", CiSystem.JENKINS, ["need cosign (", "'sign-credentials'"]),
        ("{provenance: {slsa: true}}", CiSystem.GITHUB, []),
        ("{provenance: {sbom: true}}", CiSystem.GITHUB, ["need syft ("]),
        ("{provenance: {sbom: true, signed: {key: a.pub}}}", CiSystem.JENKINS, ["need cosign and syft ("]),
    ],
)
def test_what_the_file_cannot_bring_is_told(
    tmp_path: Path, text: str, system: CiSystem, notes: list[str]
) -> None:
    asked = _PROMOTED.format(required=1).rstrip("\n").removesuffix("}") + f", {text[1:-1]}}}\n"
    settings = parse_settings(_SETTINGS + (asked if text.startswith("{") else text))
    request = GenerateRequest(system, "1.2.3", check=True)
    told = generate(WorkTree(tmp_path), BuiltInPipelines(), settings, request).notes
    assert len(told) == len(notes)
    assert all(part in note for part, note in zip(notes, told, strict=True))


def test_a_change_of_the_settings_keeps_the_users_bytes(written: Path, tmp_path: Path) -> None:
    own = b"# caf\xe9 \xff\xfe \x1b[31m\x00\r\n\xe2\x80\xa8env: {A: 1}\n"
    written.write_bytes(written.read_bytes().replace(_MARK, _MARK + own))
    written.chmod(0o640)
    assert _generate(tmp_path, trunk="trunk").written
    assert _MARK + own + b"# end yours: workflow\n" in written.read_bytes()
    assert written.stat().st_mode & 0o777 == 0o640
    assert _generate(tmp_path, trunk="trunk").current


def test_a_checkout_of_windows_is_current(written: Path, tmp_path: Path) -> None:
    written.write_bytes(written.read_bytes().replace(b"\n", b"\r\n"))
    assert _generate(tmp_path, check=True).current
    assert _generate(tmp_path, trunk="trunk").written
    assert written.read_bytes().count(b"\n") == written.read_bytes().count(b"\r\n")


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / _PATH
    foreign.parent.mkdir(parents=True)
    for content in (b"name: mine\n", b"", b"\xff\n"):
        foreign.write_bytes(content)
        for check in (False, True):
            with pytest.raises(RefusedError, match="was not generated by helmforge") as caught:
                _generate(tmp_path, check=check)
            assert "--path" in caught.value.hint
        assert foreign.read_bytes() == content
    assert _generate(tmp_path, path="ci/helmforge.yml").written
    assert "--path ci/helmforge.yml" in (tmp_path / "ci/helmforge.yml").read_text(encoding="utf-8")


def test_a_link_stays_a_link_and_never_leads_out(written: Path, tmp_path: Path) -> None:
    written.rename(tmp_path / "real.yml")
    written.symlink_to(tmp_path / "real.yml")
    assert _generate(tmp_path, trunk="trunk").written
    assert written.is_symlink()
    assert '"trunk"' in (tmp_path / "real.yml").read_text(encoding="utf-8")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.yml"
    outside.write_bytes(written.read_bytes())
    written.unlink()
    written.symlink_to(outside)
    before = outside.read_bytes()
    with pytest.raises(UsageError, match="leads out of the repository"):
        _generate(tmp_path)
    assert outside.read_bytes() == before


@pytest.mark.parametrize("path", ["../x.yml", "/etc/x.yml", "a/../../x.yml", "."])
def test_a_path_outside_of_the_repository_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="is not a path inside the repository"):
        _generate(tmp_path, path=path)


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / _PATH).mkdir(parents=True)
    with pytest.raises(RefusedError, match=r"files exist already: \.github/workflows/helmforge\.yml"):
        _generate(tmp_path)


def test_lines_without_a_section_in_the_new_file_are_not_lost(written: Path, tmp_path: Path) -> None:
    old = b"# begin yours: promote-prod-env\n          KUBECONFIG: x\n# end yours: promote-prod-env\n"
    written.write_bytes(written.read_bytes() + old)
    before = written.read_bytes()
    with pytest.raises(RefusedError, match="no section 'promote-prod-env'"):
        _generate(tmp_path)
    assert written.read_bytes() == before


def test_an_interrupted_write_leaves_the_old_file(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StepError, match="cannot write"):
        _generate(tmp_path, trunk="trunk")
    assert written.read_bytes() == before
    assert [each.name for each in written.parent.iterdir()] == [written.name]
