"""Which sign-off an environment demands. Always read from the trunk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from helmforge.domain.window import Window


@dataclass(frozen=True)
class ApprovalPolicy:
    """Who may sign off, and when a promotion may happen.

    `required` is the number of people, 0 for nobody. `approvers` are e-mail addresses, teams resolved; empty
    means anybody. With `by_ci` the gate of the CI system counts instead of tags. `soak` is how long the same
    chart must have run in the environment before. `hold` stops every promotion. `allowed_signers` and
    `keyring` are paths in the trunk's tree, for `signed`.
    """

    required: int = 1
    approvers: tuple[str, ...] = ()
    not_author: bool = True
    signed: bool = False
    expires: timedelta = timedelta(days=14)
    soak: timedelta = timedelta()
    window: Window = field(default=Window())
    hold: bool = False
    by_ci: bool = False
    allowed_signers: str = ".helmforge/allowed_signers"
    keyring: str = ".helmforge/keyring.asc"
