from __future__ import annotations

import pytest

from helmforge.domain.manifests import is_applied, line_of, split

STREAM = """\
---
# Source: shop/templates/a.yaml
kind: A
data: |
  # Source: shop/templates/lie.yaml
  --- not a separator
--- # a comment
# Source: shop/charts/redis/templates/b.yaml
kind: B
---
# Source: shop/templates/empty.yaml
# nothing
---
kind: C
"""


def test_each_document_knows_its_template() -> None:
    found = list(split(STREAM))
    sources = [one.source for one in found]
    assert sources == ["templates/a.yaml", "charts/redis/templates/b.yaml", ""]
    assert "--- not a separator" in found[0].text
    assert found[2].text == "kind: C\n"


@pytest.mark.parametrize(
    ("hook", "applied"),
    [
        (None, True),
        ("pre-upgrade", True),
        ("pre-delete, post-install", True),
        ("test", False),
        ("test-success", False),
        ("pre-delete,post-rollback", False),
        ("", False),
    ],
)
def test_hooks_of_other_events_are_not_applied(hook: str | None, applied: bool) -> None:  # noqa: FBT001 - a case
    annotations = {} if hook is None else {"helm.sh/hook": hook}
    assert is_applied({"kind": "Job", "metadata": {"annotations": annotations}}) is applied


@pytest.mark.parametrize("manifest", [{}, {"metadata": None}, {"metadata": {"annotations": []}}])
def test_what_has_no_annotations_is_applied(manifest: dict[str, object]) -> None:
    assert is_applied(manifest)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nkind: Pod\n", 2),
        ("- kind: 'Pod' # c\n", 1),
        ("kind: Pod\n---\nkind: Pod\n", 0),
        ("kind: PodMonitor\n", 0),
        ("# kind: Pod\n", 0),
        ("kind: {{ .Values.kind }}\n", 0),
        ("", 0),
    ],
)
def test_only_a_single_line_proves_something(text: str, line: int) -> None:
    assert line_of(text, "kind: Pod") == line
