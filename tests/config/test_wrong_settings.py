"""One change of the design's example each: what the error says about it."""

from __future__ import annotations

import pytest

from helmforge.config import parse_settings
from helmforge.errors import ConfigError, ExitCode
from tests.config.examples import DESIGN

# replaced, replacement, line, key path, words of the message
WRONG = [
    ("registry: myrepo", "registrry: myrepo", 1, "registrry", "did you mean 'registry'?"),
    ("registry: myrepo.cr.io", "registry: https://myrepo.cr.io", 1, "registry", "leave out the scheme"),
    ("registry: myrepo.cr.io", "registry: myrepo.cr.io/", 1, "registry", "slash"),
    ("registry: myrepo.cr.io", "registry: 'my repo'", 1, "registry", "got 'my repo'"),
    ("registry: myrepo.cr.io", "registry: myrepo.cr.io/Team", 1, "registry", "repository path"),
    ("registry: myrepo.cr.io", "registry: -x.io", 1, "registry", "got '-x.io'"),
    ("registry: myrepo.cr.io", 'registry: ""', 1, "registry", "expected a registry"),
    ("registry: myrepo.cr.io", "registry: 5000", 1, "registry", "the number 5000"),
    ("registry: myrepo.cr.io", "registry: [a]", 1, "registry", "got a list"),
    ("registry: myrepo.cr.io", "registry:", 1, "registry", "got nothing"),
    ("registry: myrepo.cr.io", "registry: {insecure: true}", 1, "registry.host", "the key is required"),
    ("registry: myrepo.cr.io", "registry: {host: x, insecure: yes}", 1, "registry.insecure", "true or false"),
    ("registry: myrepo.cr.io", "registry: {hots: x, host: x}", 1, "registry.hots", "got 'hots'"),
    ("trunk: main", "trunk: 1.10", 2, "trunk", 'quote it to make it a string: "1.10"'),
    ("trunk: main", "trunk: -main", 2, "trunk", "got '-main'"),
    ("trunk: main", 'trunk: "main\\n"', 2, "trunk", "got 'main\\n'"),
    ("trunk: main", "trunk: a..b", 2, "trunk", "Git does not allow"),
    ("trunk: main", "trunk: main.lock", 2, "trunk", "Git does not allow"),
    ("trunk: main", "trunk: $(id)", 2, "trunk", "expected a branch name"),
    ("trunk: main", "remote: --upload-pack=x", 2, "remote", "name of a Git remote"),
    ("trunk: main", "builder: bildah", 2, "builder", "did you mean 'buildah'?"),
    ("trunk: main", "builder: {name: bildah}", 2, "builder.name", "did you mean 'buildah'?"),
    ("trunk: main", "builder: {instance: far}", 2, "builder.name", "the key is required"),
    ("trunk: main", "builder: {name: buildah, instance: x}", 2, "builder.instance", "`name: docker`"),
    ("trunk: main", "builder: {name: docker, address: 'tcp://x:1'}", 2, "builder.address", "buildkit"),
    ("trunk: main", "builder: {name: buildkit, address: x}", 2, "builder.address", "tcp://"),
    ("trunk: main", "builder: {name: docker, instance: --x}", 2, "builder.instance", "docker buildx"),
    ("trunk: main", "build: {cache: {to: x}}", 2, "build.cache.to", "a repository without tag"),
    ("trunk: main", "build: {cache: {to: 'x/y:z'}}", 2, "build.cache.to", "leave out tag and digest"),
    ("trunk: main", "build: {cache: {to: 'x/{team}'}}", 2, "build.cache.to", "{service} only"),
    ("trunk: main", "build: {cache: {to: 'x/Y'}}", 2, "build.cache.to", "not a repository path"),
    ("trunk: main", "build: {cache: {from: ['x/y,z']}}", 2, "build.cache.from[0]", "not a repository path"),
    ("trunk: main", "build: {cache: {relaeses: true}}", 2, "build.cache.relaeses", "'releases'?"),
    ("trunk: main", "brunches: {}", 2, "brunches", "got 'brunches'"),
    ('["feature/**"]', "feature/**", 4, "branches.feature", "a list of branch names"),
    ('"feature/**"', '"a b"', 4, "branches.feature[0]", "got 'a b'"),
    ("{service}/{version}", "{service}", 6, "branches.release", "{service} and {version} once"),
    ("{service}/{version}", "{service}/{version}/{version}", 6, "branches.release", "once"),
    ("{service}/{version}", "{service}-{version}", 6, "branches.release", "slash must stand between"),
    ("{service}/{version}", "{name}/{service}/{version}", 6, "branches.release", "no other"),
    ("release/{service}", "release/../{service}", 6, "branches.release", "Git does not allow"),
    ('["services/*"]', "[]", 7, "services", "got an empty list"),
    ('"services/*"', '"/services/*"', 7, "services[0]", "it is absolute"),
    ('"services/*"', '"../services/*"', 7, "services[0]", "leaves the repository"),
    ('"services/*"', '"a/--x"', 7, "services[0]", "begin with '-'"),
    ('"services/*"', "3", 7, "services[0]", "the number 3"),
    ("  qa:", "  QA:", 9, "environments.QA", "expected an environment name"),
    ("  qa:", "  " + "q" * 64 + ":", 9, "environments." + "q" * 64, "expected an environment name"),
    ("  qa:", "  ../qa:", 9, "environments.../qa", "expected an environment name"),
    ('    cluster: {context: dev, id: ""}', "", 9, "environments.qa.cluster", "the key is required"),
    ("context: dev", "contxt: dev", 10, "environments.qa.cluster.contxt", "did you mean 'context'?"),
    ("context: dev", "context: --kubeconfig", 10, "environments.qa.cluster.context", "kubeconfig context"),
    ('id: ""', "id: abc", 10, "environments.qa.cluster.id", "UID"),
    ('"{context}-qa"', '"{team}-qa"', 11, "environments.qa.namespace", "not {team}"),
    ('"{context}-qa"', '"{context}_qa"', 11, "environments.qa.namespace", "not a namespace"),
    ('"{context}-qa"', '"{context-qa"', 11, "environments.qa.namespace", "not a namespace"),
    ("on-release", "on-relaese", 12, "environments.qa.deploy", "did you mean 'on-release'?"),
    ("on-release", "on", 12, "environments.qa.deploy", "one of on-trunk, on-release, on-approval"),
    ("    deploy: on-release", "", 9, "environments.qa.deploy", "the key is required"),
    ("Namespace: prod", "Namespace: prod-{service}", 17, "environments.prod.imageNamespace", "plain path"),
    ("Namespace: prod", "Namespace: charts", 17, "environments.prod.imageNamespace", "charts live there"),
    ("Namespace: prod", "Namespace: {}", 17, "environments.prod.imageNamespace", "an empty mapping"),
    ("Namespace: prod", "Namespace: a//b", 17, "environments.prod.imageNamespace", "repository path"),
    (
        "Namespace: prod",
        "Namespace: {repository: prod}",
        17,
        "environments.prod.imageNamespace",
        "{service} once",
    ),
    (
        "Namespace: prod",
        'Namespace: {repository: "prod-{service}", charts: "prod-{service}"}',
        17,
        "environments.prod.imageNamespace",
        "where images are",
    ),
    (
        "Namespace: prod",
        "Namespace: {charts: prod}",
        17,
        "environments.prod.imageNamespace",
        "{service} once",
    ),
    ("Namespace: prod", "Namespace: {registry: 'x y'}", 17, "environments.prod.imageNamespace", "'x y'"),
    ("prereleases: false", "prereleases: no", 18, "environments.prod.prereleases", "true or false, got 'no'"),
    ("required: 1", "required: -1", 19, "environments.prod.approvals.required", "a number from 0 to 99"),
    ("required: 1", "required: true", 19, "environments.prod.approvals.required", "got true"),
    ("required: 1", "required: 2", 19, "environments.prod.approvals.required", "at most 1"),
    (
        "ada@example.com",
        "ada",
        19,
        "environments.prod.approvals.from[0]",
        "an e-mail address or team:NAME, got 'ada'",
    ),
    (
        "[ada@example.com]",
        "['team:ops']",
        19,
        "environments.prod.approvals.from[0]",
        "there is no team 'ops'",
    ),
    ("trunk: main", "teams: {ops: []}", 2, "teams.ops", "got an empty list"),
    ("trunk: main", "teams: {ops: [ada]}", 2, "teams.ops[0]", "an e-mail address, got 'ada'"),
    ("expires: 14d", "soak: 2w", 19, "environments.prod.approvals.soak", "a duration"),
    ("expires: 14d", "hold: maybe", 19, "environments.prod.approvals.hold", "true or false"),
    ("expires: 14d", "by: jenkins", 19, "environments.prod.approvals.by", "tags"),
    ("expires: 14d", "by: ci", 19, "environments.prod.approvals.from", "the CI system decides"),
    ("expires: 14d", "keyring: ../x", 19, "environments.prod.approvals.keyring", "leaves the repository"),
    (
        "expires: 14d",
        "window: {zone: Mars/Base}",
        19,
        "environments.prod.approvals.window.zone",
        "does not know it",
    ),
    (
        "expires: 14d",
        "window: {zone: ../../etc/passwd}",
        19,
        "environments.prod.approvals.window.zone",
        "not the name of a time zone",
    ),
    (
        "expires: 14d",
        "window: {allow: [Moon 09:00-10:00]}",
        19,
        "environments.prod.approvals.window.allow[0]",
        "write it as",
    ),
    (
        "expires: 14d",
        "window: {freeze: [2027-01-04..2026-12-20]}",
        19,
        "environments.prod.approvals.window.freeze[0]",
        "ends before it begins",
    ),
    (
        "    deploy: on-release",
        "    deploy: on-approval\n    approvals: {soak: 1d}",
        13,
        "environments.qa.approvals.soak",
        "no environment is before",
    ),
    ("14d", "14", 19, "environments.prod.approvals.expires", "a duration, such as 30m"),
    ("14d", "2w", 19, "environments.prod.approvals.expires", "got '2w'"),
    ("14d", "0d", 19, "environments.prod.approvals.expires", "got '0d'"),
    ("on-approval", "on-release", 19, "environments.prod.approvals", "nobody is asked"),
    ("severity: HIGH", "severity: hihg", 20, "scan.severity", "got 'hihg'"),
    ("severity: HIGH", "severity: high", 20, "scan.severity", "did you mean 'HIGH'?"),
    ("command: trivy", "command: 'trivy && x'", 20, "scan.command", "no shell runs it, so '&&'"),
    ("command: trivy", "command: '\"open'", 20, "scan.command", "cannot be split"),
    ("command: trivy", "command: []", 20, "scan.command", "it is empty"),
    ("command: trivy", "command: [a, 1]", 20, "scan.command[1]", "the number 1"),
    ("ignoreFile: .helmforge", "ignoreFile: ../..", 20, "scan.ignoreFile", "leaves the repository"),
]


def _error(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"), WRONG, ids=[f"{new[:40]}" for _, new, *_ in WRONG]
)
def test_one_mistake_is_one_line(old: str, new: str, line: int, key: str, words: str) -> None:
    assert old in DESIGN
    error = _error(DESIGN.replace(old, new, 1))
    place = f"helmforge.yaml:{line} {key}"
    said = [error.why] if error.where == place else error.why.split(f"{place}: ")[1:]
    assert len(said) == 1
    assert said[0].startswith("expected ")
    assert words in said[0].splitlines()[0]
    assert str(error).count(place) == 1
    assert error.exit_code is ExitCode.USAGE
    assert "helmforge schema config" in error.hint


def test_all_mistakes_are_in_one_error_by_line() -> None:
    error = _error(
        DESIGN.replace("trunk", "trunc")
        .replace("on-release", "later")
        .replace("14d", "x")
        .replace("HIGH", "UP")
    )
    assert error.what == "helmforge.yaml is not valid: 4 problems"
    assert error.where == "helmforge.yaml"
    assert [line.split(" ")[0] for line in error.why.splitlines()] == [
        f"helmforge.yaml:{line}" for line in (2, 12, 19, 20)
    ]


def test_an_empty_file_names_what_is_missing() -> None:
    error = _error("")
    assert "registry: expected a value" in error.why
    assert "environments: expected a value" in error.why


def test_no_environment_is_an_error() -> None:
    assert "at least one environment, got an empty mapping" in _error("registry: r\nenvironments: {}\n").why


def test_a_flood_of_mistakes_is_cut() -> None:
    error = _error("registry: r\nenvironments: {}\n" + "".join(f"key{number}: 1\n" for number in range(500)))
    assert len(error.why.splitlines()) == 51
    assert error.why.endswith("and 451 more")


def test_the_name_of_the_file_is_the_callers() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings("trunk: 1\n", "main:helmforge.yaml")
    assert caught.value.where == "main:helmforge.yaml"
    assert "main:helmforge.yaml:1 trunk: expected" in caught.value.why
