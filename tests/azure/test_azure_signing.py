"""What signs images in Azure's file: runs that publish see it, and pull requests do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.domain.ci_files import CiSystem
from tests.azure.agent import Azure
from tests.azure.events import pull_request, push
from tests.support.ci_settings import rendered, settings_of
from tests.support.ci_shop import without_briefs
from tests.support.repositories import Monorepo

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

_KEY, _PASSWORD, _TOKEN = "HELMFORGE_SIGNING_KEY", "COSIGN_PASSWORD", "SIGSTORE_ID_TOKEN"
_PLANNED = """\
echo '##vso[task.setvariable variable=matrix;isOutput=true]{"orders":{"service":"orders"}}'
echo '##vso[task.setvariable variable=affected;isOutput=true]true'
echo '##vso[task.setvariable variable=promotions;isOutput=true]["pre-prod","prod"]';;
pipeline\\ run) echo "sees $(env | grep -E '^(HELMFORGE_SIGN|COSIGN|SIGSTORE)' | sort | paste -sd ' ')"
"""


@pytest.mark.parametrize(
    ("sign", "secrets"),
    [
        ("{key: 'env://HELMFORGE_SIGNING_KEY'}", {_KEY: "the key", _PASSWORD: "its password"}),
        ("{keyless: true}", {_TOKEN: "a token"}),
    ],
)
def test_only_the_step_that_publishes_sees_it(tmp_path: Path, sign: str, secrets: dict[str, str]) -> None:
    shop = Monorepo(tmp_path / "shop", {"README.md": "Read this.\n"})
    shop.push("main")
    machine = without_briefs(tmp_path / "bin", shop.environment, _PLANNED)
    azure = Azure(shop.remote, tmp_path, machine, secrets)
    settings = settings_of(f"ci: {{image: example.com/helmforge:1}}\nprovenance: {{sign: {sign}}}\n")
    text = rendered(CiSystem.AZURE, settings)
    seen = " ".join(f"{name}={value}" for name, value in sorted(secrets.items()))
    for event, said in (
        (push("release/orders/1.0.0", shop.head()), seen),
        (push("main", shop.head()), seen),
        (push("feature/a", shop.head()), ""),
        (pull_request("main", "main", shop.head()), ""),
    ):
        ran = azure.run(text, event)
        log = "\n".join(job.log for stage in ran.values() for job in stage.jobs.values())
        assert [line for line in log.splitlines() if "sees " in line] == [f"sees {said}"], log
    assert all(text.count(f"$({name})") == 1 for name in secrets)


def test_a_key_that_is_elsewhere_needs_nothing() -> None:
    plain = rendered(CiSystem.AZURE, settings_of())
    assert rendered(CiSystem.AZURE, settings_of("provenance: {sign: {key: 'awskms:///a'}}\n")) == plain
