from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helmforge.domain.findings import Finding, Place, exit_code, merged
from helmforge.domain.findings_rules import POLICY, RULES
from helmforge.domain.policy import check
from helmforge.errors import ExitCode

FINDING = Finding("helm/error", Place("a/Chart.yaml", 2), "reason", "remedy", service="a")


def test_the_same_in_several_environments_is_one() -> None:
    qa, prod = (replace(FINDING, environments=(name,)) for name in ("qa", "prod"))
    other = replace(qa, reason="another")
    assert merged([qa, prod, other, qa]) == (
        replace(other, environments=("qa",)),
        replace(FINDING, environments=("qa", "prod")),
    )


def test_they_come_in_the_order_of_files_and_lines() -> None:
    places = [Place("b", 1), Place("a", 10), Place("a", 9, 2), Place("a", 9, 1), Place("a")]
    found = merged(replace(FINDING, place=place) for place in places)
    assert [str(one.place) for one in found] == ["a", "a:9:1", "a:9:2", "a:10", "b:1"]


def test_exit_codes() -> None:
    broken = replace(FINDING, rule="config/invalid")
    warning = replace(FINDING, rule="helm/warning")
    assert exit_code([]) is ExitCode.DONE
    assert exit_code([FINDING]) is ExitCode.FAILED
    assert exit_code([warning]) is ExitCode.FAILED
    assert exit_code([warning, broken]) is ExitCode.USAGE


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_says_what_it_means(rule: object) -> None:
    assert re.fullmatch(r"[a-z]+/[a-z-]+", RULES[getattr(rule, "id", "")].id)
    assert all(getattr(rule, part) for part in ("title", "help"))


def test_every_rule_of_the_policy_is_one_of_ours() -> None:
    container = {
        "name": "x",
        "image": "x",
        "securityContext": {"privileged": True, "allowPrivilegeEscalation": True},
    }
    pod = {"hostPID": True, "volumes": [{"name": "v", "hostPath": {"path": "/"}}], "containers": [container]}
    manifests: list[dict[str, object]] = [{"kind": "Pod", "spec": pod}, {"kind": "ClusterRole"}]
    broken = {POLICY + finding.rule for finding in check(manifests, pinned="@sha256:x")}
    assert broken == {id_ for id_ in RULES if id_.startswith(POLICY)}
