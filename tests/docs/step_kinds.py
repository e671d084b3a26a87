"""Every kind of step that a plan of helmforge may have."""

from __future__ import annotations

from helmforge.domain import plan, promotion_plan


def step_verbs() -> set[str]:
    """From the modules, because tests define kinds of their own."""
    values = [*vars(plan).values(), *vars(promotion_plan).values()]
    kinds = [one for one in values if isinstance(one, type) and issubclass(one, plan.Step)]
    return {kind.verb for kind in kinds if kind is not plan.Step}
