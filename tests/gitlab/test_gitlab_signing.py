"""The identity for keyless signatures in GitLab: jobs that publish get it, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_service
from helmforge.domain.ci_files import CiSystem, child_answers
from helmforge.domain.event import Flow
from tests.gitlab.events import push
from tests.gitlab.pipelines import parse, pipeline_of
from tests.gitlab.runner import Gitlab
from tests.support.ci_settings import rendered, settings_of
from tests.support.ci_shop import without_briefs
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

_KEYLESS = "provenance: {sign: {keyless: true}}\n"
_IMAGE = "ci: {image: example.com/helmforge:1}\n"
_IDENTITY = {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}


def _child(flow: Flow, text: str) -> str:
    service = parse_service("", "services/orders")
    return BuiltInPipelines().child(child_answers((service,), flow, "", "1", settings_of(_IMAGE + text)))


@pytest.mark.parametrize("flow", Flow)
def test_only_what_publishes_has_an_identity(flow: Flow) -> None:
    pipeline = pipeline_of(parse(_child(flow, _KEYLESS)), push("main", "a" * 40))
    assert pipeline is not None
    (job,) = pipeline.jobs.values()
    assert job.content.get("id_tokens") == (_IDENTITY if flow in {Flow.TRUNK, Flow.RELEASE} else None)


@pytest.mark.parametrize("sign", ["", "provenance: {sign: {key: 'env://COSIGN_PRIVATE_KEY'}}\n"])
def test_a_key_needs_no_identity(sign: str) -> None:
    assert "id_tokens" not in _child(Flow.RELEASE, sign)


def test_the_parent_has_none() -> None:
    assert rendered(CiSystem.GITLAB, settings_of(_KEYLESS)) == rendered(CiSystem.GITLAB, settings_of())


def test_tokens_of_users_are_kept_beside_it() -> None:
    mark = "  # begin yours: job\n"
    own = f"{mark}  id_tokens: {{VAULT: {{aud: vault}}}}\n"
    pipeline = pipeline_of(
        parse(_child(Flow.RELEASE, _KEYLESS).replace(mark, own)), push("release/orders/1.0.0", "a" * 40)
    )
    assert pipeline is not None
    (job,) = pipeline.jobs.values()
    assert job.content["id_tokens"] == {"VAULT": {"aud": "vault"}, **_IDENTITY}


@pytest.mark.integration
@pytest.mark.parametrize(("flow", "token"), [(Flow.RELEASE, "token for sigstore"), (Flow.PULL_REQUEST, "")])
def test_the_step_that_publishes_sees_the_token(tmp_path: Path, flow: Flow, token: str) -> None:
    shop = Monorepo(tmp_path / "shop", {"README.md": "Read this.\n"})
    shop.push("main")
    child = tmp_path / "child.yml"
    child.write_text(_child(flow, _KEYLESS), encoding="utf-8")
    planned = f'cp {child} helmforge-child.yml;;\npipeline\\ run) echo "sees $SIGSTORE_ID_TOKEN"'
    said = f'{planned}; echo "<testsuites/>" > helmforge-junit.xml'
    gitlab = Gitlab(shop.remote, tmp_path, without_briefs(tmp_path / "bin", shop.environment, said))
    ran = gitlab.run(
        rendered(CiSystem.GITLAB, settings_of(_IMAGE + _KEYLESS)), push("release/orders/1.0.0", shop.head())
    )
    assert ran is not None
    job = ran["affected-services"].child["service orders"]
    assert (job.status, f"sees {token}\n" in job.log) == ("success", True), job.log
    assert "token for" not in ran["plan"].log
