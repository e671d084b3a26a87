"""The comparison behind the tests of rollouts: nothing comes or goes unseen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.differences import Difference, difference
from tests.charts.helm import Rendered


def _rendered(*specs: Any) -> Rendered:
    named = (
        {"kind": "K", "metadata": {"name": str(place)}, "spec": spec} for place, spec in enumerate(specs)
    )
    return Rendered("", objects=tuple(named))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": (1, 2)}),
        ({"a": 1}, {"a": True}, {"a": (1, True)}),
        ({"a": 1}, {"a": "1"}, {"a": (1, "1")}),
        ({}, {"a": {"b": 1, "c": {}}}, {"a.b": (None, 1), "a.c": (None, {})}),
        ({"a": []}, {}, {"a": ([], None)}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": ({"b": 1}, 1)}),
        ({"a": [1, 2]}, {"a": [1, 3]}, {"a.1": (2, 3)}),
        ({"a": [1]}, {"a": [1, 2]}, {"a.1": (None, 2)}),
        ({"a": [1]}, {"a": [2, 1]}, {"a.0": (None, 2)}),
        ({"a": [2, 1]}, {"a": [1]}, {"a.0": (2, None)}),
        ({"a": [1, 2]}, {"a": [2, 1]}, {"a.0": (1, 2), "a.1": (2, 1)}),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}]}, {"a.0.c": (None, 2)}),
    ],
)
def test_fields(before: Any, after: Any, changed: Any) -> None:
    expected = {f"K/0: spec.{path}": values for path, values in changed.items()}
    assert difference(_rendered(before), _rendered(after)) == Difference(changed=expected)


def test_objects() -> None:
    one, two = _rendered({}), _rendered({}, {})
    assert difference(one, two) == Difference(added={"K/1"})
    assert difference(two, one) == Difference(removed={"K/1"})


def test_two_objects_of_one_name_do_not_hide_each_other() -> None:
    item = _rendered({}).objects
    with pytest.raises(AssertionError, match="two objects of one name"):
        difference(Rendered("", objects=item * 2), Rendered("", objects=item))
