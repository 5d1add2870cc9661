"""What is true of a made-up person, drawn before anything is recorded: the product is told only what it could find out.

Pure: the same seed gives the same people, whatever is done with them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from fanlight.sample.rates import RatesFile


class Path(StrEnum):
    """How far a person gets."""

    NEVER_SCREENED = "never_screened"
    UNKNOWNS = "left_with_unknowns"
    DECLINED = "declined"
    TREATED = "treated"


@dataclass(frozen=True, slots=True)
class Truth:
    """One person. `fall_share` is the largest fall of the score; `relapse_after_days` counts from the last dose."""

    index: int
    family_name: str
    given_names: str
    birth_date: date
    sex: str
    referred_on: date
    path: Path
    is_esketamine: bool
    weight_kg: int
    height_cm: int
    systolic_mmhg: int
    baseline_phq9: int
    is_responder: bool
    is_remitter: bool
    fall_share: float
    relapse_after_days: int | None
    drops_out_after: int | None
    drop_out_reason: str
    is_maintained: bool
    seed: int

    def phq9_on(self, sessions_given: int, days_without: int | None, noise: float) -> int:
        """The true PHQ-9 with day-to-day noise: falls over the first six sessions, and is back a week after a relapse.

        `days_without` counts from the last dose, None within the induction: doses spaced out hold the response (assumed).
        """
        fall = self.fall_share * min(sessions_given, 6) / 6
        if days_without is not None and self.relapse_after_days is not None:
            over = days_without - self.relapse_after_days
            fall *= min(max(1 - over / 7, 0.1), 1)
        return max(0, min(27, round(self.baseline_phq9 * (1 - fall) + noise)))


@dataclass
class Told:
    """What became of a person, kept beside the truth for tests. `given` counts every dose, the maintenance's too."""

    patient: int | None = None
    given: int = 0
    missed: int = 0
    ended: str = ""
    first_on: date | None = None
    induction_over_on: date | None = None
    last_dose_on: date | None = None
    maintained: int = 0
    refusals: list[str] = field(default_factory=list)


REASONS = ("cost", "travel", "no benefit felt", "unpleasant experience", "another treatment")


def draw_people(count: int, first_day: date, days: int, seed: int, rates: RatesFile) -> list[Truth]:
    """`count` people referred over `days` days; each drawn from a generator of its own."""
    return [_draw(index, first_day, days, random.Random(f"{seed}/{index}"), rates) for index in range(count)]


def _draw(index: int, first_day: date, days: int, lot: random.Random, rates: RatesFile) -> Truth:
    never, unknowns, declined = (rates.of(name) for name in ("share_never_screened", "share_left_with_unknowns", "share_declined"))
    where = lot.random()
    path = Path.TREATED
    if where < never:
        path = Path.NEVER_SCREENED
    elif where < never + unknowns:
        path = Path.UNKNOWNS
    elif where < never + unknowns + declined:
        path = Path.DECLINED
    responds = lot.random() < rates.of("response")
    remits = responds and lot.random() < rates.of("remission_given_response")
    fall = min(0.95, max(0.5, lot.gauss(rates.of("fall_share_mean"), 0.1))) if responds else max(0.0, lot.gauss(0.2, 0.12))
    relapse = round(rates.of("relapse_median_days") * 2.718281828 ** lot.gauss(0, rates.of("relapse_spread_log"))) if responds else None
    stops = lot.random() < rates.of("drop_out")
    return Truth(
        index=index,
        family_name=lot.choice(rates.families),
        given_names=f"{lot.choice(rates.givens)} {lot.choice(rates.givens)}",
        birth_date=first_day - timedelta(days=lot.randint(20 * 365, 64 * 365)),
        sex="male" if lot.random() < 0.5 else "female",
        referred_on=first_day + timedelta(days=lot.randrange(max(days - 1, 1))),
        path=path,
        is_esketamine=lot.random() < rates.of("share_esketamine"),
        weight_kg=lot.randint(52, 105),
        height_cm=lot.randint(155, 192),
        systolic_mmhg=lot.randint(112, 132),
        baseline_phq9=max(12, min(27, round(lot.gauss(rates.of("baseline_phq9_mean"), rates.of("baseline_phq9_sd"))))),
        is_responder=responds,
        is_remitter=remits,
        fall_share=min(0.9, fall + 0.15) if remits else fall,
        relapse_after_days=relapse,
        drops_out_after=lot.randint(1, 5) if stops else None,
        drop_out_reason=lot.choice(REASONS) if stops else "",
        is_maintained=responds and not stops and lot.random() < rates.of("goes_on_to_maintenance"),
        seed=lot.getrandbits(48),
    )
