"""The JUnit XML files that test runners write."""

from helmforge.adapters.junit.files import JUnitFiles

__all__ = ["JUnitFiles"]
