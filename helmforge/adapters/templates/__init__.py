"""The chart templates: where they are, how a type is put together, and Jinja2 on top."""

from helmforge.adapters.templates.places import template_root
from helmforge.adapters.templates.rendering import JinjaTemplates

TEMPLATE_VERSION: str = (template_root() / "VERSION").read_text(encoding="utf-8").strip()
"""Semver: a patch never restarts pods, a minor version may, a major one needs a migration."""

__all__ = ["TEMPLATE_VERSION", "JinjaTemplates", "template_root"]
