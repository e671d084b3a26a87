"""The OCI Distribution API, spoken to directly (distribution-spec 1.1)."""

from __future__ import annotations

from helmforge.adapters.registry.client import OciRegistry
from helmforge.adapters.registry.credentials import Credentials
from helmforge.adapters.registry.problems import RegistryAuthError, RegistryError

__all__ = ["Credentials", "OciRegistry", "RegistryAuthError", "RegistryError"]
