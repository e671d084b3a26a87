"""Which services a change concerns."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from helmforge.domain.affected import Link, Node, NodeKind, Reason, everything, grow
from helmforge.domain.affected import affected as spread
from helmforge.domain.changes import Changed, Ignore
from helmforge.domain.names import ServiceName
from helmforge.domain.settings import Build, Service


def service(name: str, *depends_on: str, folder: str = "") -> Service:
    folder = folder or f"services/{name}"
    build = Build(f"{folder}/Dockerfile", folder)
    return Service(ServiceName(name), folder, build, f"{folder}/chart", depends_on=depends_on)


def affected(changed: list[str], services: list[Service], ignore: Ignore = Ignore()) -> tuple[Reason, ...]:  # noqa: B008 - frozen
    """Without the chains."""
    found = spread(map(Changed, changed), grow(services), ignore)
    assert all(reason.chain[-1].node == Node(NodeKind.SERVICE, reason.service) for reason in found)
    return tuple(replace(reason, chain=()) for reason in found)


def names(changed: list[str], *services: Service) -> list[str]:
    return [str(reason.service) for reason in affected(changed, list(services))]


A, B = service("a"), service("b")


def test_a_file_belongs_to_the_folder_above_it() -> None:
    assert affected(["services/b/src/x.py", "services/b/y"], [A, B]) == (
        Reason(ServiceName("b"), "services/b/src/x.py", "its own file"),
    )


def test_nothing_changed_and_nobody_concerned() -> None:
    assert names([], A, B) == []
    assert names(["README.md", "services/README.md", "docs/services/a/x"], A, B) == []


def test_names_that_begin_alike_are_not_confused() -> None:
    assert names(["services/ab/x", "services/a.txt", "services/a b/x"], A) == []


def test_the_longest_folder_owns() -> None:
    inner = service("inner", folder="services/a/plugins/inner")
    assert names(["services/a/plugins/inner/x"], A, inner) == ["inner"]
    assert names(["services/a/plugins/x"], A, inner) == ["a"]


def test_a_service_at_the_root_owns_the_rest() -> None:
    root = service("root", folder=".")
    assert names(["README.md"], root, A) == ["root"]
    assert names(["services/a/x"], root, A) == ["a"]


def test_both_sides_of_a_rename_count() -> None:
    assert names(["services/a/gone", "services/b/came"], A, B) == ["a", "b"]


def test_depends_on_folders_and_files() -> None:
    user = service("user", "libs/common", "go.mod")
    assert affected(["libs/common/deep/x.go"], [user]) == (
        Reason(ServiceName("user"), "libs/common/deep/x.go", "dependsOn"),
    )
    assert names(["go.mod"], user) == ["user"]
    assert names(["libs/commons/x", "go.mod.bak", "libs"], user) == []


def test_a_dependency_does_not_take_ownership_away() -> None:
    user = service("user", "services/a/proto")
    assert names(["services/a/proto/x"], A, user) == ["a", "user"]
    assert names(["services/a/src/x"], A, user) == ["a"]


def test_dependencies_are_followed_through_services() -> None:
    services = [service("a", "b"), service("b", "services/c"), service("c", "libs/x"), service("d")]
    reasons = affected(["libs/x/1"], services)
    assert [(str(reason.service), reason.via) for reason in reasons] == [
        ("a", "dependsOn the service b"),
        ("b", "dependsOn the service c"),
        ("c", "dependsOn"),
    ]
    assert {reason.path for reason in reasons} == {"libs/x/1"}


def test_a_folder_around_services_stands_for_all_of_them() -> None:
    smoke = service("smoke", "services", folder="tests/smoke")
    assert names(["libs/x"], service("a", "libs/x"), smoke) == ["a", "smoke"]


def test_a_folder_inside_a_service_does_not_stand_for_it() -> None:
    assert names(["libs/x"], service("a", "libs/x"), service("user", "services/a/proto")) == ["a"]


def test_circles_end() -> None:
    circle = [service("a", "b"), service("b", "c"), service("c", "a")]
    circle.append(service("self", "self", "services/self"))
    assert names(["services/c/x"], *circle) == ["a", "b", "c"]
    assert names(["services/self/x"], *circle) == ["self"]


def test_the_best_reason_is_given() -> None:
    user = service("user", "libs/x", "a")
    reasons = affected(["libs/x/1", "services/a/x", "services/user/own"], [A, user])
    assert reasons[1] == Reason(ServiceName("user"), "services/user/own", "its own file")


def test_the_configuration_concerns_everybody() -> None:
    reasons = affected(["services/a/x", "helmforge.yaml"], [A, B])
    assert [reason.service for reason in reasons] == ["a", "b"]
    assert {reason.path for reason in reasons} == {"helmforge.yaml"}
    assert names(["docs/helmforge.yaml"], A, B) == []


def test_everything() -> None:
    assert everything([A, B], "no base") == (
        Reason(ServiceName("a"), "", "no base"),
        Reason(ServiceName("b"), "", "no base"),
    )


_PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)


@given(st.lists(_PATHS, max_size=8), st.lists(st.tuples(_PATHS, st.lists(_PATHS, max_size=2)), max_size=6))
def test_agrees_with_the_definition(changed: list[str], shape: list[tuple[str, list[str]]]) -> None:
    """The same by comparing every path with every folder."""
    folders = dict(shape)
    services = [
        service(f"s{index}", *depends_on, folder=folder)
        for index, (folder, depends_on) in enumerate(folders.items())
    ]

    def under(path: str, folder: str) -> bool:
        return path == folder or path.startswith(f"{folder}/")

    expected: set[str] = set()
    for path in changed:
        owners = [one for one in services if under(path, one.folder)]
        expected |= {max(owners, key=lambda one: len(one.folder)).name} if owners else set()
        expected |= {one.name for one in services if any(under(path, entry) for entry in one.depends_on)}
    for _ in services:
        expected |= {
            one.name
            for one in services
            for other in services
            if other.name in expected and any(under(other.folder, entry) for entry in one.depends_on)
        }
    assert {reason.service for reason in affected(changed, services)} == expected


def test_a_thousand_services_take_milliseconds() -> None:
    services = [service(f"s{number}", "libs/common", f"s{number // 2}") for number in range(1, 1001)]
    changed = [f"services/s{number % 1000}/src/deep/er/file{number}.py" for number in range(3000)]
    best = min(_timed(changed, services) for _ in range(5))
    assert best < 0.25, "seconds; it takes some 10 ms, comparing all pairs takes a second"


def _timed(changed: list[str], services: list[Service]) -> float:
    start = perf_counter()
    assert len(affected(changed, services)) == len(services)
    return perf_counter() - start


def test_the_chain_leads_from_the_file_to_the_service() -> None:
    services = [service("a", "b"), service("b", "libs/x")]
    first, _ = spread([Changed("libs/x/1")], grow(services), Ignore())
    assert first.chain == (
        Link(Node(NodeKind.PATH, "libs/x"), "in"),
        Link(Node(NodeKind.SERVICE, "b"), "dependsOn"),
        Link(Node(NodeKind.SERVICE, "a"), "dependsOn"),
    )


def test_what_stands_for_everything_behind_it() -> None:
    user = service("user", "vendor/lib/src", folder="apps/user")
    graph = grow([A, user])
    found = spread([Changed("vendor/lib", opaque=True)], graph, Ignore())
    assert [reason.service for reason in found] == ["user"]
    assert spread([Changed("vendor/lib")], graph, Ignore()) == ()
    assert [one.service for one in spread([Changed("services", opaque=True)], graph, Ignore())] == ["a"]
    assert names(["services/.gitattributes", "other/.gitattributes"], A, user) == ["a"]
    assert names(["services/a/.gitattributes"], A, user) == ["a"]


def test_ignored_files_concern_nobody() -> None:
    ignore = Ignore(("**/*.md", "docs/**", "services/a/notes"))
    user = service("user", "docs")
    for path in ("services/a/README.md", "services/a/x/y.md", "services/a/notes/plan.txt", "docs/x.html"):
        assert affected([path], [A, user], ignore) == ()
    for path in ("services/a/readme.txt", "services/a/notes.txt", "services/a/service.yaml"):
        assert [reason.service for reason in affected([path], [A, user], ignore)] == ["a"]
    assert affected(["services/a/service.yaml"], [A], Ignore(("**",))) != ()
