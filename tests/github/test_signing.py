"""Which jobs of a generated workflow can sign images."""

from __future__ import annotations

import pytest

from helmforge.adapters.templates.pipelines import BuiltInPipelines
from helmforge.config import parse_settings
from helmforge.domain.ci_files import CiSystem, answers, keep_sections
from helmforge.errors import RefusedError
from tests.github.workflows import CONFIGURATIONS, document, steps, workflow

_KEY = "HELMFORGE_SIGNING_KEY"
_RUN = 'helmforge pipeline run --service "$SERVICE"'


def _signing(sign: str, name: str = "two-stages") -> str:
    text = f"registry: myrepo.cr.io\nprovenance: {{sign: {sign}}}\n{CONFIGURATIONS[name]}"
    return BuiltInPipelines().pipeline(
        CiSystem.GITHUB, answers(parse_settings(text), CiSystem.GITHUB, "1", "")
    )


def test_the_key_reaches_the_step_that_publishes_and_nothing_else() -> None:
    text, data = workflow("key"), document("key")
    seen = [(job, step) for job, step in steps(data) if _KEY in str(step)]
    assert [job for job, _ in seen] == ["deploy", "release"]
    for _, step in seen:
        assert step["run"] == _RUN
        assert step["env"][_KEY] == f"${{{{ secrets.{_KEY} }}}}"
        assert step["env"]["COSIGN_PASSWORD"] == "${{ secrets.COSIGN_PASSWORD }}"
    assert text.count(f"secrets.{_KEY}") == text.count("secrets.") / 2 == len(seen)
    assert "id-token" not in text


def test_the_identity_goes_to_jobs_that_publish_and_to_no_pull_request() -> None:
    jobs = document("keyless")["jobs"]
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["deploy", "release"]
    for name in ("deploy", "release"):
        (flow,) = (part for part in jobs[name]["if"].split(" && ") if "outputs.flow" in part)
        assert flow == f"needs.plan.outputs.flow == '{'trunk' if name == 'deploy' else name}'"
    assert "secrets." not in workflow("keyless")


@pytest.mark.parametrize("key", ["ci/cosign.key", "awskms:///alias/cosign"])
def test_a_key_that_is_elsewhere_needs_nothing(key: str) -> None:
    text = f"registry: myrepo.cr.io\n{CONFIGURATIONS['two-stages']}"
    plain = answers(parse_settings(text), CiSystem.GITHUB, "1", "")
    assert _signing(f"{{key: '{key}'}}") == BuiltInPipelines().pipeline(CiSystem.GITHUB, plain)


@pytest.mark.parametrize(
    ("sign", "section", "line", "key"),
    [
        ("{keyless: true}", "release-permissions", "      id-token: write # for the cloud", "id-token"),
        (
            "{key: 'env://COSIGN_PRIVATE_KEY'}",
            "release-env",
            "          COSIGN_PASSWORD: x",
            "COSIGN_PASSWORD",
        ),
    ],
)
def test_what_users_had_written_themselves_would_stand_there_twice(
    sign: str, section: str, line: str, key: str
) -> None:
    mark = f"# begin yours: {section}\n"
    before = _signing("{key: a.key}").replace(mark, f"{mark}{line}\n")
    with pytest.raises(RefusedError, match=f"would have '{key}' twice") as caught:
        keep_sections(_signing(sign), before, "helmforge.yml")
    assert section in caught.value.why
    assert keep_sections(_signing("{key: b.key}"), before, "helmforge.yml") == before
