"""Gates that a whole protocol stands behind: home use, an approved trial, treatment under 18."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.care.protocols.cited import Cited, Statement


@dataclass(frozen=True, slots=True)
class HomeRung:
    """One rung of the home ladder: where, who watches, what lets a patient up, what brings one down."""

    number: int
    place: str
    watched_by: str
    up_when: tuple[str, ...] = ()
    down_when: tuple[str, ...] = ()
    dispense_at_most: Cited | None = None
    video_minutes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeUse:
    """Home use of a racemic product: what each dose needs, how much may be dispensed, the ladder. Off until a site turns it on.

    `numbers` holds the limits by name, for the rules (R11, H) and the home room.
    """

    rungs: tuple[HomeRung, ...]
    gates: tuple[Statement, ...]
    numbers: dict[str, Cited]
    supply: tuple[Statement, ...] = ()
    law: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialArm:
    """An arm of a trial and the dose it gives."""

    id: str
    title: str
    dose: Cited


@dataclass(frozen=True, slots=True)
class TrialGate:
    """The protocol may be used only under an active, ethics-approved trial identifier (R03)."""

    registrations: tuple[str, ...] = ()
    arms: tuple[TrialArm, ...] = ()
    monitors: Cited | None = None
    rules: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class YouthGate:
    """What treatment under 18 needs besides the trial: permission, assent before each dose, a second child psychiatrist."""

    rules: tuple[Statement, ...]
    assent_before_each_dose: bool = True
    permission_required: bool = True
