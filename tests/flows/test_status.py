from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helmforge.errors import RefusedError, UnreachableError
from helmforge.flows.release.status import Released, status
from tests.flows.releases import IMAGE, SETTINGS, Outside, history, record, released, service, world

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator

    from helmforge.errors import HelmforgeError
    from helmforge.flows.release.status import Row


def row(outside: Outside) -> Row:
    (found,) = status(world(outside, "helm", "registry", "git"), SETTINGS, (service(),)).rows
    return found


def test_the_image_is_looked_for_where_the_record_says() -> None:
    outside = Outside(history(("deployed", record("1.0.0"))), {"r.example/prod/shop:1.0.0": IMAGE})
    found = row(outside)
    assert (found.registry, found.problem, found.image) == ("same", "", IMAGE)
    (asked,) = outside.asked
    assert asked.repository.registry.plain_http, "as helmforge.yaml says of this host"


def test_a_host_that_the_configuration_does_not_know_is_asked_over_tls() -> None:
    outside = Outside(history(("deployed", record("1.0.0", "old.example/shop"))))
    assert row(outside).registry == "missing"
    (asked,) = outside.asked
    assert not asked.repository.registry.plain_http


@pytest.mark.parametrize(
    ("refusal", "word"),
    [
        (RefusedError("no permission at r.example", why="HTTP 403 DENIED: not you"), "refused"),
        (UnreachableError("r.example gave no usable answer", why="tried 4 times: HTTP 500"), "unreachable"),
    ],
)
def test_a_registry_that_does_not_answer_says_why(refusal: HelmforgeError, word: str) -> None:
    found = row(Outside(history(("deployed", record("1.0.0"))), refusal=refusal))
    assert (found.state, found.version, found.registry) == ("deployed", "1.0.0", word)
    assert found.problem == f"{refusal.what}: {refusal.why}"


def test_a_record_with_a_hostile_repository_is_a_problem_of_its_row() -> None:
    found = row(Outside(history(("deployed", record("1.0.0", "r.example/../x")))))
    assert (found.registry, "is not a repository path" in found.problem) == ("refused", True)


def test_a_first_deployment_that_failed_and_was_removed_is_shown() -> None:
    found = row(Outside(history(("uninstalled", record("1.0.0")))))
    assert (found.state, found.version, found.revision) == ("failed", "", 1)
    assert found.problem == "the first deployment, of 1.0.0, failed and was removed again"
    assert row(Outside()).state == "not deployed"
    by_hand = row(Outside(history(("uninstalled", "Uninstallation complete"))))
    assert (by_hand.state, by_hand.problem) == ("uninstalled", "")


class Counted(dict[str, str]):
    """How often somebody went over it."""

    passes = 0

    def __iter__(self) -> Iterator[str]:
        self.passes += 1
        return super().__iter__()

    def items(self) -> ItemsView[str, str]:  # type: ignore[override]  # dict_items is no public type
        self.passes += 1
        return super().items()


def test_the_tags_of_many_services_are_gone_over_once() -> None:
    names = [f"s{number}" for number in range(30)]
    refs = Counted(released([*names, "stranger"]))
    outside = Outside(refs=refs)
    services = tuple(service(name) for name in [*names, "new"])
    found = status(world(outside, "helm", "registry", "git"), SETTINGS, services).released
    assert [one.service for one in found] == names
    tag = "approvals/prod/s7/1.10.0/ada@example.com"
    assert found[7] == Released("s7", "1.10.0", "commit of 1.10.0", (tag,))
    assert refs.passes == 1
