"""What is read from SARIF of any scanner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.adapters.scanners import RECORDED, Scene, sarif_report

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_sarif_as_trivy_wrote_it(scene: Scene) -> None:
    """Recorded from `trivy config --format sarif`, 0.76.0."""
    found = scene.scan((RECORDED / "trivy-config.sarif").read_text(encoding="utf-8"), "my-scanner")
    assert [(one.severity, one.id, one.place) for one in found] == [
        ("MEDIUM", "DS-0001", "Dockerfile"),
        ("HIGH", "DS-0002", "Dockerfile"),
        ("HIGH", "DS-0025", "Dockerfile"),
        ("LOW", "DS-0026", "Dockerfile"),
    ]


@pytest.mark.parametrize(
    ("result", "rule", "severities"),
    [
        ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, ["CRITICAL"]),
        ({"level": "error"}, {"properties": {"security-severity": "6.9"}}, ["MEDIUM"]),
        ({"level": "error", "properties": {"x": 1}}, {"properties": {"security-severity": "1.0"}}, ["LOW"]),
        ({"properties": {"security-severity": 7.0}}, {}, ["HIGH"]),
        ({"level": "error"}, {}, ["HIGH"]),
        ({}, {"defaultConfiguration": {"level": "error"}}, ["HIGH"]),
        ({}, {}, ["MEDIUM"]),
        ({"level": "error", "kind": "pass"}, {}, []),
    ],
)
def test_sarif_severities(
    scene: Scene, result: dict[str, Any], rule: dict[str, Any], severities: list[str]
) -> None:
    """The score decides before the level, and the rule's default stands in for the result's level."""
    location = {"physicalLocation": {"artifactLocation": {"uri": "usr/lib/ssl.so"}}}
    report = sarif_report([{"ruleId": "R1", "locations": [location], **result}], [{"id": "R1", **rule}])
    found = scene.scan(report, "my-scanner")
    assert [(one.severity, one.id, one.place) for one in found] == [
        (severity, "R1", "usr/lib/ssl.so") for severity in severities
    ]


MESSAGES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "text": ({"text": "world-writable file"}, {}, ": world-writable file"),
    "only the first line": ({"text": "\n  runs as root \r\nUSER is missing"}, {}, ": runs as root"),
    "no escape sequences": ({"text": "red\x1b[31m\u202efile"}, {}, ": red [31m file"),
    "arguments": ({"text": "{{{0}}} in {1}, {7}", "arguments": ["key", "x"]}, {}, ": {key} in x, {7}"),
    "braces without arguments": ({"text": "${{ env }}"}, {}, ": ${{ env }}"),
    "of the rule": ({"id": "m"}, {"messageStrings": {"m": {"text": "no health check"}}}, ": no health check"),
    "the rule's description": ({}, {"shortDescription": {"text": "setuid file"}}, ": setuid file"),
    "nothing": ({}, {}, ""),
    "long": ({"text": "x" * 500}, {}, f": {'x' * 200}…"),
}


@pytest.mark.parametrize(("message", "rule", "shown"), MESSAGES.values(), ids=MESSAGES)
def test_sarif_messages_are_shown(
    scene: Scene, message: dict[str, Any], rule: dict[str, Any], shown: str
) -> None:
    result = {"ruleId": "R1", "level": "error", "message": message}
    (found,) = scene.scan(sarif_report([result], [{"id": "R1", **rule}]), "my-scanner")
    assert str(found) == f"HIGH R1{shown}"
