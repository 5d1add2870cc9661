"""Funnel, cumulative, Baujat, L'Abbe, network and people plots, each from values that a table beside it prints."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from fanlight.science.evidence.absolute import OutOfHundred
from fanlight.science.evidence.arrays import FloatArray
from fanlight.science.evidence.batch import ManyPooled
from fanlight.science.evidence.diagnostics import Baujat
from fanlight.science.evidence.drawing import Scale, box, disc, line, minus, path, picture, place, ratio_ticks, round_ticks, span, words
from fanlight.science.evidence.network import Network
from fanlight.science.evidence.quantiles import normal_quantile

CONTOURS = (0.90, 0.95, 0.99)
WIDTH, HEIGHT = 560.0, 420.0


def funnel_svg(y: FloatArray, v: FloatArray, centre: float, *, is_log: bool, names: Sequence[str], label: str) -> str:
    """Contour-enhanced funnel: effects against standard errors; the bands are p above 0.10, 0.05 and 0.01 about no effect."""
    error = np.sqrt(v)
    top = float(error.max()) * 1.08
    reach = max(float(np.abs(y).max()), normal_quantile(0.995) * top) * 1.05
    across, down = Scale(-reach, reach, 60, WIDTH - 20), Scale(0.0, top, 30, HEIGHT - 60)
    body = []
    for share, css in zip(reversed(CONTOURS), ("band", "band-2", "wash-fill"), strict=True):
        half = normal_quantile(0.5 + share / 2) * top
        body.append(
            path(
                f"M{place(across.at(0))} {place(down.at(0))}L{place(across.at(-half))} {place(down.at(top))}H{place(across.at(half))}z", css
            )
        )
    body.append(line(across.at(centre), down.at(0), across.at(centre), down.at(top), "s-alt"))
    body.append(line(across.at(0.0), down.at(0), across.at(0.0), down.at(top), "gap"))
    body += [
        _named(disc(across.at(a), down.at(s), 5, "m-main"), name) for a, s, name in zip(y.tolist(), error.tolist(), names, strict=True)
    ]
    body += _frame(across, down, is_log, "Effect", "Standard error (small studies below)")
    return picture(WIDTH, HEIGHT, body, label, "chart chart-mid")


def _named(mark: str, name: str) -> str:
    return mark.replace("/>", f"><title>{escape(name)}</title></circle>", 1) if mark.startswith("<circle") else mark


def _frame(across: Scale, down: Scale, is_log: bool, x_words: str, y_words: str) -> list[str]:
    bottom = max(down.left, down.right)
    parts = [line(across.left, bottom, across.right, bottom, "sill"), words(across.left, 16, y_words, "t-b")]
    for tick in ratio_ticks(across.low, across.high) if is_log else round_ticks(across.low, across.high):
        text = f"{np.exp(tick):g}" if is_log else minus(tick, 1)
        parts += [path(f"M{place(across.at(tick))} {place(bottom)}v5", "axis"), words(across.at(tick), bottom + 20, text, "mid")]
    for tick in round_ticks(down.low, down.high, 5):
        parts.append(words(across.left - 8, down.at(tick) + 4, f"{tick:g}", "end"))
    parts.append(words(across.right, bottom + 40, x_words, "t-b end"))
    return parts


def cumulative_svg(growing: ManyPooled, names: Sequence[str], *, is_log: bool, label: str) -> str:
    """The pool after each study was added, top to bottom."""
    ends = growing.ci[np.isfinite(growing.ci)]
    across = Scale(float(np.quantile(ends, 0.02)), float(np.quantile(ends, 0.98)), 240, WIDTH + 120)
    if not across.low < 0 < across.high:
        across = Scale(min(across.low, 0.0), max(across.high, 0.0), across.left, across.right)
    body = [words(0, 14, "After", "t-b"), words(900, 14, "Pooled (95 % interval)", "t-b end")]
    y = 40.0
    for index, name in enumerate(names):
        middle, low, high = float(growing.estimate[index]), float(growing.ci[index, 0]), float(growing.ci[index, 1])
        body.append(words(0, y, name, "t-ink"))
        if np.isfinite([middle, low, high]).all():
            body += [line(across.at(low), y - 4, across.at(high), y - 4, "s-main"), box(across.at(middle), y - 4, 8, "box")]
            shown = [float(np.exp(value)) if is_log else value for value in (middle, low, high)]
            body.append(words(900, y, f"{minus(shown[0])} ({span(shown[1], shown[2])})", "t-ink end"))
        else:
            body.append(words(900, y, "no interval yet", "end"))
        y += 26
    body += [line(across.at(0.0), 22, across.at(0.0), y - 12, "gap"), line(across.left, y - 8, across.right, y - 8, "sill")]
    return picture(900, y + 8, body, label, "chart chart-wide")


def baujat_svg(points: Baujat, names: Sequence[str], label: str) -> str:
    """Each study's share of the heterogeneity against its pull on the result."""
    across = Scale(0.0, float(points.contribution.max()) * 1.15 or 1.0, 60, WIDTH - 90)
    down = Scale(0.0, float(points.shift.max()) * 1.15 or 1.0, HEIGHT - 60, 30)
    body = []
    taken: list[tuple[float, float]] = []
    order = np.argsort(-(points.contribution / across.high + points.shift / down.high))
    for index in order.tolist():
        x, y = across.at(float(points.contribution[index])), down.at(float(points.shift[index]))
        body.append(_named(disc(x, y, 4, "m-main"), names[index]))
        if all(abs(y - other_y) > 13 or abs(x - other_x) > 130 for other_x, other_y in taken):  # a name only where it can be read
            body.append(words(x + 8, y + 4, names[index]))
            taken.append((x, y))
    body += _frame(across, down, False, "Share in Q", "Squared shift of the result without it")
    return picture(WIDTH, HEIGHT, body, label, "chart chart-mid")


def labbe_svg(treated: Sequence[float], control: Sequence[float], people: Sequence[float], names: Sequence[str], label: str) -> str:
    """Rates on treatment against rates on the comparison; discs as large as the trials."""
    across, down = Scale(0.0, 1.0, 60, HEIGHT - 20), Scale(0.0, 1.0, HEIGHT - 60, 40)
    body = [line(across.at(0), down.at(0), across.at(1), down.at(1), "gap")]
    largest = max(people)
    for one, other, n, name in zip(treated, control, people, names, strict=True):
        body += [
            disc(across.at(other), down.at(one), 4 + 10 * (n / largest) ** 0.5, "band"),
            disc(across.at(other), down.at(one), 2, "m-main"),
        ]
        body.append(words(across.at(other) + 16, down.at(one) + 4, name))
    bottom = down.at(0.0)
    body += [line(across.left, bottom, across.right, bottom, "sill"), line(across.left, down.at(1.0), across.left, bottom, "axis")]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        body += [
            words(across.at(tick), bottom + 20, f"{100 * tick:.0f}", "mid"),
            words(across.left - 8, down.at(tick) + 4, f"{100 * tick:.0f}", "end"),
        ]
    body += [words(60, 18, "On treatment, of 100", "t-b"), words(across.right, bottom + 40, "On the comparison, of 100", "t-b end")]
    return picture(WIDTH, HEIGHT, body, label, "chart chart-mid")


def network_svg(fit: Network, label: str) -> str:
    """Treatments on a circle; lines as thick as the studies that compare them."""
    size = len(fit.treatments)
    spots = {
        name: (280 + 150 * np.sin(2 * np.pi * index / size), 220 - 150 * np.cos(2 * np.pi * index / size))
        for index, name in enumerate(fit.treatments)
    }
    body = []
    for one, other, count in fit.edges:
        (x1, y1), (x2, y2) = spots[one], spots[other]
        width = min(8.0, 1.0 + 0.7 * count)
        d = f"M{place(x1)} {place(y1)}L{place(x2)} {place(y2)}"
        body.append(
            f'<path class="gridline" stroke-width="{place(width)}" d="{d}"><title>{escape(one)} v {escape(other)}: {count}</title></path>'
        )
        body.append(words((x1 + x2) / 2, (y1 + y2) / 2, str(count), "mid"))
    for name, (x, y) in spots.items():
        css = "t-ink t-b" + (" mid" if abs(x - 280) < 20 else " end" if x < 280 else "")
        shift = 0 if abs(x - 280) < 20 else -12 if x < 280 else 12
        lift = (-14 if y < 220 else 24) if abs(x - 280) < 20 else 5
        body += [disc(x, y, 7, "m-main"), words(x + shift, y + lift, name, css)]
    return picture(WIDTH, 440, body, label, "chart chart-mid")


def people_svg(of_hundred: int, extra: int, label: str) -> str:
    """A hundred people: first those who would respond anyway, then the `extra` (or, where fewer respond, none)."""
    body = []
    for index in range(100):
        row, column = divmod(index, 10)
        css = "person-a" if index < of_hundred else "person-b" if index < of_hundred + max(extra, 0) else "person"
        x, y = column * 25 + 12.5, row * 25 + 7
        body.append(disc(x, y, 4, css))
        body.append(path(f"M{place(x - 6)} {place(y + 14)}a6 8.5 0 0 1 12 0z", css))
    return picture(250, 250, body, label, "chart")


def people_pair(people: OutOfHundred, benefit: str) -> tuple[str, str]:
    """The two pictures of a hundred: on the comparison, and on treatment with the extra people in amber."""
    shared = min(people.control, people.treated)
    left = people_svg(people.control, 0, f"{people.control} of 100 {benefit} on the comparison")
    told = f"{people.treated} of 100 {benefit} on treatment: {shared} who would have anyway and {max(people.extra, 0)} more"
    return left, people_svg(shared, people.extra, told)
