"""What the stream says of the drug's whereabouts: drawn, given, wasted, returned, and whether it adds up (R25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import SessionState
from fanlight.core.session_plan import SessionPlan


@dataclass(frozen=True, slots=True)
class DrugMovement:
    """One session's drug, in mg of base, exactly.

    `variance_mg` = drawn - given - wasted - returned; None while any of them is unknown. `tolerance_mg` is what the
    site's measuring allows. `is_balanced` is None where it cannot be said. `unwitnessed` names waste without a second
    signature; drug left in bag and line is owed as waste.
    """

    drawn_mg: Fraction | None
    given_mg: Fraction | None
    wasted_mg: Fraction
    returned_mg: Fraction
    variance_mg: Fraction | None
    tolerance_mg: Fraction | None
    unwitnessed: tuple[str, ...]
    event_ids: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def is_balanced(self) -> bool | None:
        """True within tolerance, false beyond it, None where an amount is unknown."""
        if self.variance_mg is None:
            return None
        return abs(self.variance_mg) <= (self.tolerance_mg or 0)


def drug_movement(state: SessionState, plan: SessionPlan, now: datetime) -> DrugMovement:
    """The drug's whereabouts by now. A dose that was never recorded as prepared leaves the amount drawn unknown.

    Tolerance: the larger of a share of the drawn volume and a fixed volume, at the strength drawn (rule semantics 7, R25).
    """
    prepared = state.of(EventKind.DOSE_PREPARED)
    wasted = state.of(EventKind.WASTED)
    returned = state.of(EventKind.RETURNED)
    drawn = sum((Fraction(entry.payload.drawn_mg) for entry in prepared), Fraction(0)) if prepared else None
    given = state.given_by(now)
    out = sum((Fraction(entry.payload.mg) for entry in wasted), Fraction(0))
    back = sum((Fraction(entry.payload.mg) for entry in returned), Fraction(0))
    missing = list(given.missing)
    if drawn is None and (state.dosing.has_begun or wasted or returned):
        missing.append("amount drawn")
    if drawn is None and not (state.dosing.has_begun or wasted or returned):
        drawn = Fraction(0)
    variance = drawn - given.given_mg - out - back if drawn is not None and given.given_mg is not None else None
    ids = tuple(name for entry in (*prepared, *wasted, *returned) for name in entry.sources)
    return DrugMovement(
        drawn,
        given.given_mg,
        out,
        back,
        variance,
        _tolerance([entry.payload for entry in prepared], plan),
        tuple(entry.id for entry in wasted if entry.payload.mg > 0 and entry.payload.witness in (None, entry.event.by.id)),
        ids,
        tuple(dict.fromkeys(missing)),
    )


def _tolerance(prepared: list[object], plan: SessionPlan) -> Fraction | None:
    share, volume = parameter(plan, "ledger_tolerance_percent"), parameter(plan, "ledger_tolerance_ml")
    if share is None or volume is None:
        return None
    total = Fraction(0)
    for item in prepared:
        drawn_ml: Decimal | None = getattr(item, "drawn_ml", None)
        drawn_mg: Decimal = getattr(item, "drawn_mg", Decimal(0))
        by_share = Fraction(drawn_mg) * Fraction(share) / 100
        by_volume = Fraction(drawn_mg) / Fraction(drawn_ml) * Fraction(volume) if drawn_ml else Fraction(0)
        total += max(by_share, by_volume)
    return total
