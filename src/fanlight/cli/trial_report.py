"""The report of a virtual trial: what is assumed comes first, then outcomes, what drives them, and the fit."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fanlight.science.pharmacology.models import Model
    from fanlight.science.pharmacology.response import ResponseModel
    from fanlight.science.pharmacology.response_fit import FitRow
    from fanlight.science.pharmacology.trials import ArmOutcome, Swing, Trial


def outcomes_document(
    trial: Trial, model: Model, response: ResponseModel, outcomes: Sequence[ArmOutcome], swings: Sequence[Swing], fit: Sequence[FitRow]
) -> dict[str, Any]:
    """Everything the report says, as plain values. `warnings` name the persons outside the model's population, among `caveats` too."""
    from fanlight.science.pharmacology.arms import draw_people
    from fanlight.science.pharmacology.people import population_warnings
    from fanlight.science.pharmacology.trials import CHUNK, assumed_count

    warnings = population_warnings(model, draw_people(trial.population, trial.seed, 0, min(CHUNK, trial.persons)))

    assumed, numbers = assumed_count(model, response)
    first, last = outcomes[0], outcomes[-1]
    return {
        "title": trial.title,
        "assumed": (
            f"{assumed} of the {numbers} numbers behind this trial are assumed, recalled or fitted, and so are its population, "
            f"its drop-out and the way response follows exposure. {response.label} "
            "The intervals below show chance in the simulation alone; the section on assumptions shows what the answer owes to them. "
            "No person was treated in this trial."
        ),
        "warnings": warnings,
        "caveats": [*warnings, *model.caveats],
        "model": model.title,
        "site": model.outputs[0].site.value,
        "analyte": model.outputs[0].analyte,
        "persons": trial.persons,
        "seed": trial.seed,
        "follow_days": float(trial.follow_days),
        "visit_every_days": float(trial.visit_every_days),
        "drop_out_percent_per_week": float(trial.drop_out_percent_per_week),
        "population": _population(trial),
        "arms": [_arm(o) for o in outcomes],
        "difference": {"words": f"{last.name} minus {first.name}", "points": last.well_at_end.percent - first.well_at_end.percent},
        "tornado_persons": min(trial.tornado_persons, trial.persons),
        "tornado": [
            {
                "name": s.name,
                "words": s.words,
                "low_value": s.low_value,
                "high_value": s.high_value,
                "at_low": s.at_low,
                "at_high": s.at_high,
                "width": s.width,
            }
            for s in swings
        ],
        "fit": [
            {
                "words": row.point.words,
                "published": float(row.point.value),
                "predicted": row.predicted,
                "unit": row.point.unit,
                "fitted_to": row.point.is_fitted_to,
            }
            for row in fit
        ],
        "assumptions": [
            {
                "words": a.words,
                "value": float(a.value),
                "low": float(a.low),
                "high": float(a.high),
                "mark": a.mark.value,
                "fitted": a.is_fitted,
            }
            for a in response.assumptions
        ],
        "sources": [s.citation for s in (*model.sources, *response.sources)],
    }


def _population(trial: Trial) -> str:
    w, a = trial.population.weight_kg, trial.population.age_years
    return (
        f"weight {w.mean} kg (SD {w.sd}, {w.low} to {w.high}), age {a.mean} years (SD {a.sd}, {a.low} to {a.high}); "
        f"{trial.population.mark.value}; {trial.drop_out_percent_per_week} % leave each week"
    )


def _arm(o: ArmOutcome) -> dict[str, Any]:
    def share(name: str) -> dict[str, float]:
        s = getattr(o, name)
        return {"percent": s.percent, "low": s.low, "high": s.high}

    return {
        "name": o.name,
        **{name: share(name) for name in ("response", "remission", "well_at_end", "dropped_out")},
        "fall_after_a_day": o.fall_after_a_day,
        "median_days_to_relapse": o.median_days_to_relapse if o.median_days_to_relapse < float("inf") else None,
        **{name: list(getattr(o, name)) for name in ("sessions", "dose_mg", "peak_ng_per_ml", "area_ng_h_per_ml")},
    }


def write_report(folder: Path, document: Mapping[str, Any], outcomes: Sequence[ArmOutcome]) -> None:
    """Write figures, report.html (one file, nothing fetched) and report.pdf into `folder`."""
    from fanlight.science.pharmacology.figures import outcome_figure, relapse_figure, tornado_figure

    figures = {"outcomes": outcome_figure(outcomes), "relapse": relapse_figure(outcomes)}
    if document["tornado"]:
        figures["tornado"] = tornado_figure(document["tornado"], _centre(document))
    (folder / "report.html").write_text(_page(document, figures), encoding="utf-8")
    for name, svg in figures.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    _pdf(folder, document, sorted(figures))


def _centre(document: Mapping[str, Any]) -> float:
    return float(document["difference"]["points"])


def _page(document: Mapping[str, Any], figures: Mapping[str, str]) -> str:
    text = html.escape
    rows = "".join(
        f"<tr><th scope=row>{text(a['name'])}</th>"
        + "".join(f"<td>{_share(a[k])}</td>" for k in ("response", "remission", "well_at_end", "dropped_out"))
        + f"<td>{_days(a['median_days_to_relapse'])}</td><td>{_span(a['sessions'])}</td><td>{_span(a['dose_mg'])}</td>"
        f"<td>{_span(a['peak_ng_per_ml'])}</td><td>{_span(a['area_ng_h_per_ml'])}</td></tr>"
        for a in document["arms"]
    )
    tornado = "".join(
        f"<tr><th scope=row>{text(s['words'])}</th><td>{s['low_value']:g} to {s['high_value']:g}</td>"
        f"<td>{s['at_low']:.1f}</td><td>{s['at_high']:.1f}</td></tr>"
        for s in document["tornado"]
    )
    fit = "".join(
        f"<tr><th scope=row>{text(r['words'])}</th><td>{r['published']:g} {text(r['unit'])}</td>"
        f"<td>{r['predicted']:.1f} {text(r['unit'])}</td><td>{'fitted to' if r['fitted_to'] else 'compared only'}</td></tr>"
        for r in document["fit"]
    )
    assumptions = "".join(
        f"<tr><th scope=row>{text(a['words'])}</th><td>{a['value']:g}</td><td>{a['low']:g} to {a['high']:g}</td>"
        f"<td>{text(a['mark'])}{', fitted' if a['fitted'] else ''}</td></tr>"
        for a in document["assumptions"]
    )
    driven = (
        f"<h2>What drives the answer</h2><p>{text(document['difference']['words'])}: {_centre(document):.1f} percentage points still well "
        f"on day {document['follow_days']:g}. Each assumption is moved between its bounds with all others held, in "
        f"{document['tornado_persons']:,} persons who share their chance.</p><figure>{figures['tornado']}</figure>"
        "<table><thead><tr><th>Assumption<th>Bounds<th>Difference at the lower<th>At the higher</thead>"
        f"<tbody>{tornado}</tbody></table>"
        if "tornado" in figures
        else ""
    )
    caveats = "".join(f"<li>{text(c)}</li>" for c in document["caveats"])
    sources = "".join(f"<li>{text(c)}</li>" for c in document["sources"])
    return f"""<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>{text(document["title"])}</title><style>
body{{font:16px/1.5 Georgia,serif;color:#22252b;background:#fbf9f5;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%;font:14px/1.4 system-ui,sans-serif;font-variant-numeric:tabular-nums}}
th,td{{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid #d9d5cc;vertical-align:top}}
.scroll{{overflow-x:auto}}figure{{margin:1rem 0}}svg{{max-width:100%;height:auto}}
.assumed{{border-left:4px solid #a4501f;padding:.6rem 1rem;background:#fff}}
</style><h1>{text(document["title"])}</h1>
<p class=assumed><strong>How much is assumed.</strong> {text(document["assumed"])}</p><ul>{caveats}</ul>
<p>{document["persons"]:,} virtual persons in each arm, the same persons in every arm; seed {document["seed"]}.
Kinetics: {text(document["model"])} ({text(document["analyte"])}, {text(document["site"])}). Population: {text(document["population"])}.
Visits on day 1 and every {document["visit_every_days"]:g} days to day {document["follow_days"]:g}.</p>
<h2>Outcomes</h2><figure>{figures["outcomes"]}</figure><div class=scroll>
<table><thead><tr><th>Arm<th>Response %<th>Remission %<th>Well at the end %
<th>Left %<th>Median days to relapse<th>Sessions<th>Total dose mg<th>Peak ng/mL<th>Area ng h/mL</thead><tbody>{rows}</tbody></table></div>
<p>Percentages count everybody who entered, with 95 % intervals of chance; sessions, dose and exposure are the median and the middle 90 %.
Response is a fall of half of MADRS at the first visit after induction; relapse is less than that at two visits running,
or the background relapse. Well at the end is response without relapse, seen on the last day.</p>
<h2>Staying well</h2><figure>{figures["relapse"]}</figure>
{driven}
<h2>The response proposal beside what was published</h2>
<table><thead><tr><th>Point<th>Published<th>Proposal<th></thead><tbody>{fit}</tbody></table>
<h2>Assumptions</h2><table><thead><tr><th>Number<th>Value<th>Bounds tried<th>Mark</thead><tbody>{assumptions}</tbody></table>
<h2>Sources</h2><ul>{sources}</ul></html>
"""


def _share(s: Mapping[str, float]) -> str:
    return f"{s['percent']:.1f} ({s['low']:.1f}&ndash;{s['high']:.1f})"


def _span(three: Sequence[float]) -> str:
    return f"{three[0]:,.0f} ({three[1]:,.0f}&ndash;{three[2]:,.0f})"


def _days(days: float | None) -> str:
    return "not reached" if days is None else f"{days:.1f}"


def _pdf(folder: Path, document: Mapping[str, Any], figures: Sequence[str]) -> None:
    import typst

    from fanlight.content import content_folder

    template = (content_folder() / "pharmacology" / "trial_report.typ").read_text(encoding="utf-8")
    source = folder / "report.typ"
    source.write_text(template, encoding="utf-8")
    inputs = {"document": json.dumps(document), "figures": json.dumps(list(figures))}
    typst.compile(str(source), output=str(folder / "report.pdf"), sys_inputs=inputs)
