"""Dosing: weights, milligrams, volume, rate, vials and waste, exactly, with every line of working. Opens no file."""

from fanlight.care.dosing.answer import DoseAnswer
from fanlight.care.dosing.dose import dose_for, is_first_dose
from fanlight.care.dosing.errors import DosingError
from fanlight.care.dosing.findings import DoseFinding
from fanlight.care.dosing.given import Given, LineState, RunSegment, given
from fanlight.care.dosing.order_facts import order_facts
from fanlight.care.dosing.policy import BasisChoice, DosingPolicy
from fanlight.care.dosing.products import ContainerKind, PotencyBasis, Product, ProductsFile, products_by_id
from fanlight.care.dosing.shape import dose_json
from fanlight.care.dosing.weights import Weights, weights
from fanlight.care.dosing.working import working

__all__ = [
    "BasisChoice",
    "ContainerKind",
    "DoseAnswer",
    "DoseFinding",
    "DosingError",
    "DosingPolicy",
    "Given",
    "LineState",
    "PotencyBasis",
    "Product",
    "ProductsFile",
    "RunSegment",
    "Weights",
    "dose_for",
    "dose_json",
    "given",
    "is_first_dose",
    "order_facts",
    "products_by_id",
    "weights",
    "working",
]
