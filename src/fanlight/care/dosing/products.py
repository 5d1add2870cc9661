"""Products as they stand on the shelf: vials, bags, nasal devices, tablets. Strength is of base unless it says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from fanlight.care.protocols import Cited, Statement
from fanlight.core.session_plan import Drug, Route


class ContainerKind(StrEnum):
    """How a product is counted: by volume (vial, bag, liquid) or by the piece."""

    VIAL = "vial"
    BAG = "bag"
    LIQUID = "liquid"
    NASAL_DEVICE = "nasal_device"
    SPRAY = "spray"
    TABLET = "tablet"
    TROCHE = "troche"
    CAPSULE = "capsule"

    @property
    def is_measured_by_volume(self) -> bool:
        """True for what is drawn or poured, False for what is counted by the piece."""
        return self in (ContainerKind.VIAL, ContainerKind.BAG, ContainerKind.LIQUID)


class PotencyBasis(StrEnum):
    """What the milligrams on the label are milligrams of. Orders are always of base."""

    BASE = "base"
    SALT = "salt"


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `codes` are the product codes a site scans for it (none is shipped: they are the site's own).

    `strength` (mg/mL) and `volume` (mL) for what is measured; `piece` (mg) for what is counted. `beyond_use` is how long an
    opened container may be kept. `dilute_before` names the routes it must never be given by undiluted, `diluent_parts` the
    least volume of diluent per volume of product.
    """

    id: str
    name: str
    drug: Drug
    kind: ContainerKind
    routes: tuple[Route, ...]
    is_single_dose: bool
    potency_basis: PotencyBasis = PotencyBasis.BASE
    strength: Cited | None = None
    volume: Cited | None = None
    piece: Cited | None = None
    beyond_use: Cited | None = None
    dilute_before: tuple[Route, ...] = ()
    diluent_parts: Cited | None = None
    codes: tuple[str, ...] = ()
    notes: tuple[Statement, ...] = ()

    @property
    def container_mg(self) -> Fraction | None:
        """mg of base in one full container, or None where the file does not say."""
        if self.piece is not None:
            return self.piece.exact
        if self.strength is None or self.volume is None:
            return None
        return self.strength.exact * self.volume.exact


@dataclass(frozen=True, slots=True)
class ProductsFile:
    """One file of products."""

    title: str
    products: tuple[Product, ...]


def products_by_id(files: tuple[ProductsFile, ...]) -> dict[str, Product]:
    """Every product of several files by its id; a later file (a site's) replaces an earlier."""
    return {product.id: product for file in files for product in file.products}
