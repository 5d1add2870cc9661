"""The moments at which rules are asked, in order."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """When a question is asked.

    `screen`: may this person have this protocol. `order`: this dose, this product, this date. `pre_dose`:
    today, now. Then `in_session`, `discharge` and `follow_up`.
    """

    SCREEN = "screen"
    ORDER = "order"
    PRE_DOSE = "pre_dose"
    IN_SESSION = "in_session"
    DISCHARGE = "discharge"
    FOLLOW_UP = "follow_up"

    @property
    def position(self) -> int:
        """Place in the order of a course, from 0."""
        return _ORDER[self]

    def is_before(self, other: Stage) -> bool:
        """True when this stage comes earlier in a course than the other."""
        return self.position < other.position


_ORDER = {stage: place for place, stage in enumerate(Stage)}
