"""helmforge.yaml and service.yaml: text -> frozen settings, or one error that names every problem."""

from helmforge.config.services import SERVICE_FILE, default_service, parse_service, scan_services
from helmforge.config.settings import CONFIG_FILE, parse_settings
from helmforge.config.values import parse_path, parse_registry
from helmforge.config.waivers import parse_waivers

__all__ = [
    "CONFIG_FILE",
    "SERVICE_FILE",
    "default_service",
    "parse_path",
    "parse_registry",
    "parse_service",
    "parse_settings",
    "parse_waivers",
    "scan_services",
]
