"""Eight times at once: the innermost step of a curve, written for the processor's vectors.

The compiler does not vectorise a loop with four inputs and two outputs that it must prove apart, so the step is
spelled out. Every product is fused with its sum (one rounding), in vectors and singly alike: where the processor
has no such instruction the result is the same, only slower.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, spelled_out

cgutils: Any = _cgutils

LANES = 8


def _fma(builder: Any, width: int, a: Any, b: Any, c: Any) -> Any:
    double = ir.DoubleType()
    kind = ir.VectorType(double, width) if width > 1 else double
    name = f"llvm.fma.v{width}f64" if width > 1 else "llvm.fma.f64"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind, kind, kind]), name)
    return builder.call(function, [a, b, c])


@spelled_out
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c with one rounding."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _fma(builder, 1, *args)

    return types.float64(types.float64, types.float64, types.float64), generate


@spelled_out
def _step(typing_context: Any, powers: Any, at: Any, modes: Any, level: Any, weights: Any, out: Any, to: Any) -> Any:
    """out[to:to+8] = level + sum over modes of weights[m] powers[m, at:at+8]; the number of modes is a literal."""
    if not isinstance(modes, types.IntegerLiteral):
        return None
    count = modes.literal_value

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = ir.VectorType(ir.DoubleType(), LANES)
        table = context.make_array(signature.args[0])(context, builder, args[0])
        target = context.make_array(signature.args[5])(context, builder, args[5])
        width = cgutils.unpack_tuple(builder, table.shape, 2)[1]

        def splat(value: Any) -> Any:
            one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(
                one, ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            )

        total = splat(args[3])
        place = args[1]
        for m in range(count):
            pointer = builder.bitcast(cgutils.gep(builder, table.data, place), vector.as_pointer())
            power = builder.load(pointer)
            power.align = 8
            total = _fma(builder, LANES, power, splat(builder.extract_value(args[4], m)), total)
            place = builder.add(place, width)
        end = builder.store(total, builder.bitcast(cgutils.gep(builder, target.data, args[6]), vector.as_pointer()))
        end.align = 8
        return context.get_dummy_value()

    return types.void(powers, types.intp, modes, types.float64, weights, out, types.intp), generate


@compiled
def sum_of_three(
    powers: NDArray[Any], start: int, count: int, level: float, w: tuple[float, float, float], out: NDArray[Any], to: int
) -> None:
    """out[to + j] = level + sum of w[m] powers[m, start + j] for j < count, over three modes."""
    lines = count // LANES
    for k in range(lines):
        _step(powers, start + k * LANES, 3, level, w, out, to + k * LANES)
    for j in range(lines * LANES, count):
        total = fma(powers[0, start + j], w[0], level)
        total = fma(powers[1, start + j], w[1], total)
        out[to + j] = fma(powers[2, start + j], w[2], total)


@compiled
def sums_of_three_and_four(
    powers: NDArray[Any],
    start: int,
    count: int,
    level: float,
    v: tuple[float, float, float],
    w: tuple[float, float, float, float],
    centre: NDArray[Any],
    effect: NDArray[Any],
    to: int,
) -> None:
    """Both outputs in one pass: centre over three modes with weights v, effect over four with weights w."""
    lines = count // LANES
    for k in range(lines):
        _step(powers, start + k * LANES, 3, level, v, centre, to + k * LANES)
        _step(powers, start + k * LANES, 4, level, w, effect, to + k * LANES)
    for j in range(lines * LANES, count):
        at = start + j
        total = fma(powers[0, at], v[0], level)
        total = fma(powers[1, at], v[1], total)
        centre[to + j] = fma(powers[2, at], v[2], total)
        total = fma(powers[0, at], w[0], level)
        total = fma(powers[1, at], w[1], total)
        total = fma(powers[2, at], w[2], total)
        effect[to + j] = fma(powers[3, at], w[3], total)
