from __future__ import annotations

from hypothesis import HealthCheck, settings

# Time limits say something about the machine and its other guests, not about the code.
settings.register_profile("helmforge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("helmforge")
