"""helmforge: scaffold Helm charts and drive branch-based releases of a monorepo."""

__version__ = "0.1.0"
