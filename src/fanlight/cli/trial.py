"""`fanlight trial`: a virtual trial of schedules, with a report that says first how much of it is assumed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def trial(
    file: Annotated[str, typer.Argument(help="the trial, a YAML file; or the name of one that ships")],
    out: Annotated[str, typer.Option(help="folder for chunks and report; given again, the work resumes")] = "",
    persons: Annotated[int, typer.Option(min=0, help="persons in each arm, in place of the file's number")] = 0,
    processes: Annotated[int, typer.Option(min=1, help="processes to share the work (one uses every core by threads)")] = 1,
    spark: Annotated[bool, typer.Option("--spark", help="work the chunks over Spark (extra: fanlight[spark])")] = False,
    sensitivity: Annotated[bool, typer.Option(help="try every assumption at both its bounds")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print the outcomes as JSON")] = False,
) -> int:
    """Simulate every arm, keep every chunk, and write report.html, report.pdf and outcomes.json."""
    from dataclasses import replace

    from fanlight.cli.trial_report import outcomes_document, write_report
    from fanlight.cli.trial_runs import TrialRun, work
    from fanlight.content import content_folder, read
    from fanlight.core.errors import FanlightError
    from fanlight.science.pharmacology.models import Model
    from fanlight.science.pharmacology.response import ResponseModel
    from fanlight.science.pharmacology.response_fit import fit_table
    from fanlight.science.pharmacology.trials import Trial, outcome, tornado

    content = content_folder() / "pharmacology"
    shipped = content / "trials" / f"{file}.yaml"
    asked = read(shipped if shipped.exists() else Path(file), Trial)
    if persons:
        asked = replace(asked, persons=persons)
    if not (content / "models" / f"{asked.model}.yaml").exists():
        names = ", ".join(sorted(p.stem for p in (content / "models").glob("*.yaml")))
        raise FanlightError("FAN-TRIAL-003", f"Cannot run {asked.title!r}", f"there is no model {asked.model!r}", f"Models: {names}.")
    model = read(content / "models" / f"{asked.model}.yaml", Model)
    response = read(content / "response.yaml", ResponseModel)
    folder = Path(out) if out else Path("var") / "trials" / Path(file).stem
    run = TrialRun(asked, model, response, folder)
    try:
        _work_with_progress(run, processes=processes, spark=spark, quiet=as_json or not sys.stderr.isatty(), work=work)
        results = run.results()
        outcomes = [outcome(arm.name, results[k]) for k, arm in enumerate(asked.arms)]
        swings = tornado(asked, model, response) if sensitivity and len(asked.arms) > 1 else ()
        document = outcomes_document(asked, model, response, outcomes, swings, fit_table(model, response, asked.population, 10_000))
        (folder / "outcomes.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        write_report(folder, document, outcomes)
    except OSError as problem:
        raise FanlightError(
            "FAN-TRIAL-004",
            f"Cannot keep the trial in {folder}",
            problem.strerror or str(problem),
            "Make room or give another --out; chunks already kept are taken up again.",
        ) from problem
    if as_json:
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        _say(document, folder)
    return 0


def _work_with_progress(run: object, *, processes: int, spark: bool, quiet: bool, work: object) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Chunks of persons"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("chunks", total=None)
        work(run, processes=processes, spark=spark, progress=lambda done, of: bar.update(task, completed=done, total=of))  # type: ignore[operator]


def _say(document: dict[str, object], folder: Path) -> None:
    sys.stdout.write(f"{document['title']}\n{document['assumed']}\n")
    for warning in document["warnings"]:  # type: ignore[attr-defined]
        sys.stdout.write(f"WARNING  {warning}\n")
    sys.stdout.write("\n")
    for arm in document["arms"]:  # type: ignore[attr-defined]
        r, w = arm["response"], arm["well_at_end"]
        sys.stdout.write(
            f"  {arm['name']:<42} response {r['percent']:.1f} % ({r['low']:.1f} to {r['high']:.1f})   "
            f"well on day {document['follow_days']:g}: {w['percent']:.1f} % ({w['low']:.1f} to {w['high']:.1f})\n"
        )
    sys.stdout.write(f"\nThe report is {folder / 'report.html'} and {folder / 'report.pdf'}\n")


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "trial", args)
