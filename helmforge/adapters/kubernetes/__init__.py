"""Leases, namespaces and the reasons of failed rollouts, through kubectl."""

from helmforge.adapters.kubernetes.kubectl import Kubectl

__all__ = ["Kubectl"]
