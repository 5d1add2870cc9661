"""Is the product in hand the one ordered, in the strength ordered, and fit for this route (HAZ-06, R14)?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from fanlight.care.dosing.findings import DoseFinding, danger, unknown
from fanlight.care.dosing.preparation import Preparation
from fanlight.care.dosing.products import PotencyBasis, Product
from fanlight.care.protocols import Protocol
from fanlight.core.answers import Severity
from fanlight.core.facts import Facts, number, text
from fanlight.core.quantities import plain


def product_in_hand(facts: Facts, protocol: Protocol, products: Mapping[str, Product]) -> tuple[Product | None, tuple[DoseFinding, ...]]:
    """The product that will be used, and what stands against it.

    It is named (``product``), or is the only one of the protocol with the strength on the vial. Two that differ in being single
    or multiple dose are not guessed between: what is left in the vial would be waste for one and stock for the other.
    """
    named = text(facts, "product")
    if named is not None:
        product = products.get(named)
        if product is None:
            return None, (unknown("HAZ-06", f"There is no product {named!r} on this shelf.", ("product", "pharmacy")),)
        return _checked(product, facts, protocol)
    fitting = [products[item] for item in protocol.products if item in products]
    strength = number(facts, "vial_concentration_mg_per_ml")
    if strength is not None:
        fitting = [item for item in fitting if item.strength is not None and item.strength.value == strength]
        if not fitting:
            return None, (unknown("HAZ-06", f"No product of this protocol holds {plain(strength)} mg/mL.", ("product", "pharmacy")),)
    if len(fitting) == 1:
        return _checked(fitting[0], facts, protocol)
    names = ", ".join(item.id for item in fitting) or "none"
    return None, (unknown("HAZ-06", f"Which product will be used is not recorded. It may be: {names}.", ("product", "pharmacy")),)


def _checked(product: Product, facts: Facts, protocol: Protocol) -> tuple[Product | None, tuple[DoseFinding, ...]]:
    found = []
    if product.drug is not protocol.drug:
        found.append(
            danger("HAZ-06", Severity.HARD_STOP, f"{product.name} is not the drug of this protocol. They are never interchangeable.")
        )
    elif protocol.route not in product.routes or product.id not in protocol.products:
        found.append(danger("HAZ-06", Severity.BLOCK, f"{product.name} is not a product of this protocol."))
    if product.potency_basis is not PotencyBasis.BASE:
        found.append(danger("HAZ-06", Severity.HARD_STOP, f"{product.name} is labelled in mg of salt; orders are in mg of base."))
    found += _strength(product, facts)
    return (None if found and max(item.severity for item in found) >= Severity.BLOCK else product), tuple(found)


def _strength(product: Product, facts: Facts) -> list[DoseFinding]:
    if product.strength is None:
        return []
    found = []
    for name, words in (("vial_concentration_mg_per_ml", "on the vial"), ("ordered_strength_mg_per_ml", "in the order")):
        said: Decimal | None = number(facts, name)
        if said is not None and said != product.strength.value:
            found.append(
                danger("R14", Severity.HARD_STOP, f"The strength {words} is {plain(said)} mg/mL; this product holds {product.strength}.")
            )
    return found


def dilution_findings(prepared: Preparation, protocol: Protocol) -> tuple[DoseFinding, ...]:
    """Whether what must be diluted for this route is diluted enough in the bag."""
    product = prepared.product
    if protocol.route not in product.dilute_before or prepared.volume is None:
        return ()
    parts = Fraction(1) if product.diluent_parts is None else product.diluent_parts.exact
    drawn_ml = Fraction(prepared.volume.shown)
    if prepared.bag_ml is not None and prepared.bag_ml - drawn_ml >= parts * drawn_ml:
        return ()
    return (
        danger(
            "R14", Severity.HARD_STOP, f"{product.name} is never given undiluted by this route: add at least its own volume of diluent."
        ),
    )
