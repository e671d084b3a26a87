"""A password or token that cannot be printed by accident."""

from __future__ import annotations


class Secret:
    """Prints as `***`. Not a `str`, so that joining or concatenating it fails instead of leaking."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The plain text, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***"
