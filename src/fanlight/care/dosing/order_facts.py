"""What a worked-out dose says to the rules: the order on the site's weight basis, the devices, the strength in hand."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from fanlight.care.dosing.answer import DoseAnswer
from fanlight.core.facts import Fact, Facts

_SOURCE = "dose worked out"
_DIGITS = 28


def order_facts(answer: DoseAnswer, known: Facts) -> tuple[Fact, ...]:
    """Facts the rules R13 to R15 ask for, as far as the dose could be worked out; nothing that was already said is replaced.

    ``dose_mg_per_kg`` is on the weight basis in use, as R13 reads it. A strength in hand is not taken from the shelf when the
    order names none: two strengths agree only when a person has said both.
    """
    if answer.is_withheld or answer.amount is None:
        return ()
    said: dict[str, tuple[Decimal, str]] = {"dose_mg": (_decimal(answer.amount.mg), "mg")}
    if answer.amount.mg_per_kg is not None:
        said["dose_mg_per_kg"] = (_decimal(answer.amount.mg_per_kg), "mg/kg")
    device, made = answer.phase.dose.device, answer.preparation
    if device is not None and made is not None and made.pieces is not None:
        said["devices"] = (Decimal(made.pieces), "")
    if made is not None and made.product.strength is not None:
        said["vial_concentration_mg_per_ml"] = (made.product.strength.value, "mg/mL")
    return tuple(Fact(name, value, None, _SOURCE, unit) for name, (value, unit) in said.items() if name not in known)


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(value.numerator) / Decimal(value.denominator)
