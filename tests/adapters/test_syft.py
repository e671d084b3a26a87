"""The real syft behind `SbomGenerator` when it fails. tests/road/test_provenance.py sees it work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.process import Runner
from helmforge.adapters.provenance.syft import Syft
from helmforge.config import parse_settings
from helmforge.domain.artifact import by_commit
from helmforge.domain.oci import Digest
from helmforge.domain.provenance.policy import SbomFormat
from helmforge.errors import ToolError
from tests.flows.releases import service
from tests.support.json_server import JsonServer
from tests.support.tools import require_tool

if TYPE_CHECKING:
    from pathlib import Path

    from helmforge.domain.oci import ImageRef
    from tests.support.json_server import Json


class EmptyRegistry(JsonServer):
    def answer(self, path: str, body: bytes) -> Json | None:
        return {} if path == "/v2/" and not body else None


def _image(host: str) -> ImageRef:
    environments = "{qa: {cluster: {context: dev}, deploy: on-release}}"
    settings = parse_settings(f"registry: {host}\nenvironments: {environments}\n")
    return by_commit(settings, service().name, "c" * 40).images.at(Digest(f"sha256:{'1' * 64}"))


def _fails(folder: Path, image: ImageRef) -> ToolError:
    adapter = Syft(Runner({"PATH": f"{folder}:{os.defpath}", "HOME": str(folder)}))
    with pytest.raises(ToolError, match="syft could not list what is in") as caught:
        adapter.generate(image, SbomFormat.SPDX, lambda _: None)
    return caught.value


@pytest.mark.integration
def test_it_says_what_the_registry_said(tmp_path: Path) -> None:
    (tmp_path / "syft").symlink_to(require_tool("syft"))
    with EmptyRegistry() as registry:
        said = _fails(tmp_path, _image(registry.url.removeprefix("http://")))
    assert "404 Not Found" in said.why
    assert "\x1b" not in said.why
    assert "docker login" in said.hint


def test_what_is_no_json_is_no_sbom(tmp_path: Path) -> None:
    program = tmp_path / "syft"
    program.write_text("#!/bin/sh\necho 'usage: syft'\n", encoding="utf-8")
    program.chmod(0o755)
    said = _fails(tmp_path, _image("r.example"))
    assert "it printed no JSON" in said.what
    assert "usage: syft" in said.why
