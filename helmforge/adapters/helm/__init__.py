"""Helm 3.17+ and Helm 4 behind one interface."""

from helmforge.adapters.helm.cli import HelmCli

__all__ = ["HelmCli"]
