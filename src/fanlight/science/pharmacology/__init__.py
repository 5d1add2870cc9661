"""Concentration, effect and virtual trials. Nothing clinical is decided here.

Numba and SciPy are imported inside functions, so that importing this room costs a web process little.
"""

from fanlight.science.pharmacology.errors import PharmacologyError, SimulationInputError
from fanlight.science.pharmacology.linear import solve
from fanlight.science.pharmacology.linear_checks import Bolus, Infusion, Output

__all__ = ["Bolus", "Infusion", "Output", "PharmacologyError", "SimulationInputError", "solve"]
