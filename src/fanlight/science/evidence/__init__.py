"""The evidence room: what is known, how surely, and what may be said. Pure: values in, values out."""

from fanlight.science.evidence.batch import ManyPooled, pool_many
from fanlight.science.evidence.effect_sizes import EffectSizes, effect_sizes
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import Measure
from fanlight.science.evidence.pooling import MetaRegression, Pooled, pool

__all__ = ["EffectSizes", "EvidenceError", "ManyPooled", "Measure", "MetaRegression", "Pooled", "effect_sizes", "pool", "pool_many"]
