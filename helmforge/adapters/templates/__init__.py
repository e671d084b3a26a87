"""The chart templates: where they are, how a type is put together, and Jinja2 on top."""

from helmforge.adapters.templates.places import template_root
from helmforge.adapters.templates.rendering import JinjaTemplates

__all__ = ["JinjaTemplates", "template_root"]
