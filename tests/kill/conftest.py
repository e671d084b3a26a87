from __future__ import annotations

from tests.road.conftest import control_plane, emulated, place

__all__ = ["control_plane", "emulated", "place"]
