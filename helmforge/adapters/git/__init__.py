"""Git through its own program, and its tag objects through GitPython."""

from helmforge.adapters.git.repository import GitRepository

__all__ = ["GitRepository"]
