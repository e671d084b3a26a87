"""What both Helms print, recorded from 3.17.3 and 4.3.1. tests/flows/test_lint.py asks the real ones."""

from __future__ import annotations

import pytest

from helmforge.domain.findings_helm import ChartProblem, ProblemKind, causes, lint_problems, render_problems

HELM_3 = """\
exit code 1
Error: values don't meet the specifications of the schema(s) in the following chart(s):
shop:
- (root): Additional property replicaz is not allowed
- (root): port is required
- image.tag: Invalid type. Expected: string, given: integer
redis:
- auth.mode: auth.mode must be one of the following: "a", "b"
"""
HELM_4 = """\
exit code 1
Error: values don't meet the specifications of the schema(s) in the following chart(s):
shop:
- at '': additional properties 'replicaz' not allowed
- at '': missing property 'port'
- at '/image/tag': got number, want string
redis:
- at '/auth/mode': value must be one of 'a', 'b'
"""


@pytest.mark.parametrize("said", [HELM_3, HELM_4], ids=["helm3", "helm4"])
def test_both_ways_to_name_a_key(said: str) -> None:
    found = [(problem.chart, problem.key) for problem in render_problems(said)]
    assert found == [("shop", "replicaz"), ("shop", "port"), ("shop", "image.tag"), ("redis", "auth.mode")]


def test_several_keys_in_one_line_and_odd_characters_of_a_pointer() -> None:
    said = (
        "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nshop:\n"
        "- at '/a~1b/0': additional properties 'x', 'y.z' not allowed\n"
        "- at '/c': 'oneOf' failed, none matched\n  - at '/c/d': got null, want string\n"
    )
    assert [problem.key for problem in render_problems(said)] == ["a/b.0.x", "a/b.0.y.z", "c", "c.d"]


INNERMOST = {
    "helm3": "Error: template: shop/templates/x.yaml:1:3: "
    'executing "shop/templates/x.yaml" at <include "x" .>: '
    'error calling include: template: shop/templates/_x.tpl:4:12: executing "x" at <.Values.a.b>: '
    "nil pointer evaluating interface {}.b\n\nUse --debug flag to render out invalid YAML\n",
    "helm4": 'Error: shop/templates/x.yaml:1:3\n  executing "shop/templates/x.yaml" at <include "x" .>:\n'
    '    error calling include:\nshop/templates/_x.tpl:4:12\n  executing "x" at <.Values.a.b>:\n'
    "    nil pointer evaluating interface {}.b\n\nUse --debug flag to render out invalid YAML\n",
}


@pytest.mark.parametrize("said", INNERMOST.values(), ids=INNERMOST)
def test_the_place_is_the_innermost(said: str) -> None:
    text = "nil pointer evaluating interface {}.b"
    expected = ChartProblem(ProblemKind.TEMPLATE, text, "templates/_x.tpl", 4, 13, "a.b")
    assert render_problems(said) == (expected,)


REFUSED = {
    "helm3": '[ERROR] templates/: template: shop/templates/x.yaml:4:4: executing "shop/templates/x.yaml" at '
    '<include "shop.refuse" "hosts: \\"a\\" twice">: error calling include: '
    'template: shop/templates/_refuse.tpl:7:4: executing "shop.refuse" at <include . .>: '
    'error calling include: template: no template "hosts: \\"a\\" twice" associated with template "gotpl"',
    "helm4": "[ERROR] templates/: shop/templates/x.yaml:4:4\n"
    '  executing "shop/templates/x.yaml" at <include "shop.refuse" "hosts: \\"a\\" twice">:\n'
    "    error calling include:\nshop/templates/_refuse.tpl:7:4\n"
    '  executing "shop.refuse" at <include . .>:\n    error calling include:\n'
    'template: no template "hosts: \\"a\\" twice" associated with template "gotpl"',
}


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_the_same_in_helm_lint_and_in_helm_template(said: str) -> None:
    linted = lint_problems(said.splitlines())
    rendered = render_problems('Error: execution error at (shop/templates/x.yaml:4:4): hosts: "a" twice\n')
    assert linted == rendered
    assert linted[0].key == "hosts"


GUARDS = {
    "canary.image: needs a tag": "canary.image",
    "env.FOO_BAR: twice": "env.FOO_BAR",
    "hosts[0]: no name": "hosts[0]",
    "two words: no key": "",
    "image.tag is required": "",
}


@pytest.mark.parametrize(("message", "key"), GUARDS.items())
def test_the_key_that_a_guard_names(message: str, key: str) -> None:
    said = f"Error: execution error at (shop/templates/x.yaml:2:4): {message}\n"
    expected = ChartProblem(ProblemKind.TEMPLATE, message, "templates/x.yaml", 2, 5, key)
    assert render_problems(said) == (expected,)


@pytest.mark.parametrize(
    "lie", ["see x/templates/../../../etc/passwd:9:9", "shop/templates/b.yaml:7:7 is it"]
)
def test_what_a_template_says_is_no_place(lie: str) -> None:
    (problem,) = render_problems(f"Error: execution error at (shop/templates/x.yaml:2:4): {lie}\n")
    assert (problem.path, problem.line, problem.text) == ("templates/x.yaml", 2, lie)
    (other,) = render_problems(f"Error: {lie}\n")
    assert (other.kind, other.text) == (ProblemKind.ERROR, lie)


def test_lint_and_template_say_the_same_about_text_that_is_no_yaml() -> None:
    why = "error converting YAML to JSON: yaml: line 5: did not find expected ',' or ']'"
    lint = lint_problems([f"[ERROR] templates/x.yaml: unable to parse YAML: {why}", ""])
    template = render_problems(f"Error: YAML parse error on shop/templates/x.yaml: {why}\n")
    assert lint == template
    assert lint[0].path == "templates/x.yaml"


def test_the_output_of_lint() -> None:
    lines = """\
engine.go:227: [INFO] Fail: mode: no
==> Linting /repo/shop/chart
[INFO] Chart.yaml: icon is recommended
[ERROR] Chart.yaml: version 'x' is not a valid SemVer
[WARNING] Chart.yaml: version 'x' is not a valid SemVerV2
[WARNING] /repo/shop/chart: chart directory is missing these dependencies: redis
[ERROR] templates/: validation: chart.metadata.version "x" is invalid
[ERROR] : unable to load chart
\tvalidation: chart.metadata.version "x" is invalid

Error: 1 chart(s) linted, 1 chart(s) failed""".splitlines()
    found = causes(lint_problems(lines))
    assert [(one.kind, one.path, one.text) for one in found] == [
        (ProblemKind.ERROR, "Chart.yaml", "version 'x' is not a valid SemVer"),
        (ProblemKind.WARNING, "", "chart directory is missing these dependencies: redis"),
    ]


def test_a_broken_schema_is_one_problem_without_a_key() -> None:
    lines = ["[ERROR] values.yaml: unexpected EOF", "", "Error: 1 chart(s) linted, 1 chart(s) failed"]
    assert lint_problems(lines) == (ChartProblem(ProblemKind.SCHEMA, "unexpected EOF", "values.yaml"),)


@pytest.mark.parametrize("said", ["", "exit code 1", "Error: ", "Error: something new", "panic: x\n\tat y"])
def test_what_nobody_foresaw_is_told_as_it_is(said: str) -> None:
    (problem,) = render_problems(said)
    assert problem.kind is ProblemKind.ERROR
    assert problem.text == said.removeprefix("Error: ").strip()
