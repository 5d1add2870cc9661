"""From a table of arms to the printed result of `fanlight evidence network`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from fanlight.cli.pool_table import read_table
from fanlight.core.errors import FanlightError
from fanlight.science.evidence.network import NetworkStudy, league_table, network, split_evidence, study_from_arms
from fanlight.science.evidence.other_plots import network_svg


def network_text(file: Path, measure: str, method: str, *, small_is_good: bool) -> tuple[str, str]:
    """Ranking, league table, the decomposition of Q, and direct against indirect evidence, as text; and the picture as SVG."""
    studies, silent = _studies(file, measure)
    if method not in ("DL", "EE"):
        raise FanlightError("FAN-EVID-004", f"There is no network method {method!r}", "the methods are DL and EE")
    fit = network(studies, cast(Any, method), small_is_good=small_is_good)
    order = sorted(range(len(fit.treatments)), key=lambda i: -fit.p_scores[i])
    lines = [f"{fit.k} studies, {len(fit.treatments)} treatments, {fit.method}; tau2 {fit.tau2:.4f}, I2 {fit.i2:.1f} %", "", "P-score"]
    lines += [f"{fit.treatments[i]} {fit.p_scores[i]:.4f}" for i in order]
    lines += ["", "League table (column against row, 95 %)"]
    for row in league_table(fit):
        lines.append("  ".join(_cell(cell) for cell in row if cell != ""))
    lines += [
        "",
        f"Q {fit.q:.3f} on {fit.q_df}, p {fit.q_p:.4f}",
        f"  within designs {fit.q_within:.3f} on {fit.q_within_df}, p {fit.q_within_p:.4f}",
        f"  between designs (inconsistency) {fit.q_between:.3f} on {fit.q_between_df}, p {fit.q_between_p:.4f}",
        "",
        "Direct and indirect",
    ]
    for split in split_evidence(studies, fit):
        other = "no indirect evidence" if split.indirect != split.indirect else f"indirect {split.indirect:.3f}, difference p {split.p:.4f}"
        lines.append(f"  {split.one} v {split.other}: direct {split.direct:.3f} (SE {split.direct_se:.3f}), {other}")
    lines += [f"Said nothing about a ratio, left out: {', '.join(silent)}"] if silent else []
    label = f"{len(fit.treatments)} treatments, {fit.k} studies; the figure on a line is the number of studies that compare its ends."
    return "\n".join(lines), network_svg(fit, label)


def _cell(cell: str | tuple[float, float, float]) -> str:
    return cell if isinstance(cell, str) else f"{cell[0]:.2f} ({cell[1]:.2f} to {cell[2]:.2f})"


def _studies(file: Path, measure: str) -> tuple[list[NetworkStudy], list[str]]:
    table = read_table(file)
    wanted = ("mean", "sd", "n") if measure == "MD" else ("events", "total")
    missing = [name for name in ("study", "treatment", *wanted) if name not in table]
    if missing:
        raise FanlightError("FAN-EVID-037", f"There is no column {missing[0]!r}", f"the columns are {', '.join(table)}")
    arms: dict[str, list[tuple[str, dict[str, float]]]] = {}
    for index, (study, treatment) in enumerate(zip(table["study"], table["treatment"], strict=True)):
        try:
            numbers = {name: float(table[name][index]) for name in wanted}
        except ValueError as problem:
            raise FanlightError("FAN-EVID-001", f"Cannot read line {index + 2}", str(problem), "Give a number in each cell.") from None
        arms.setdefault(study, []).append((treatment, numbers))
    studies = {name: study_from_arms(name, measure, members) for name, members in arms.items()}
    return [study for study in studies.values() if study], [name for name, study in studies.items() if study is None]
