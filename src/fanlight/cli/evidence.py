"""`fanlight evidence`: test the sources, answer the living questions, check a text, plot, export."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False, no_args_is_help=True)
Folder = Annotated[Path | None, typer.Option(help="another evidence folder; the shipped one without it")]
OnDate = Annotated[str, typer.Option("--on", help="the date to answer for, as 2026-11-21; today without it")]


def _load(folder: Path | None) -> Any:
    from fanlight.records.evidence_base import load_evidence

    return load_evidence(folder)


def _day(text: str) -> date:
    from fanlight.core.errors import FanlightError

    if not text:
        return date.today()  # noqa: DTZ011 (the reader's own day)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FanlightError("FAN-EVID-038", f"{text!r} is not a date", "", "Write it as 2026-11-21.") from None


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


@app.command()
def lint(folder: Folder = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> int:
    """Test the tables against themselves. Exit status 1 when there is a finding that no row accepts with a reason."""
    from dataclasses import asdict

    from fanlight.science.evidence.lint import CHECKS
    from fanlight.science.evidence.lint import lint as run_lint

    found = run_lint(_load(folder).base)
    open_findings = [finding for finding in found if not finding.accepted]
    if as_json:
        _say(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            known = f"  (known: {finding.accepted})" if finding.accepted else ""
            _say(f"{finding.code}  {finding.where}\n      {CHECKS[finding.code]}: {finding.what}. {finding.next_step}{known}")
        _say(f"{len(open_findings)} to look at, {len(found) - len(open_findings)} known and kept with their reason.")
    return 1 if open_findings else 0


@app.command(name="check-text")
def check_text(
    file: Annotated[Path, typer.Argument(help="a leaflet or page as plain text or Markdown; - reads standard input")],
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Mark every sentence that claims more than is known, with what may be said instead. Exit status 1 when one is marked."""
    from dataclasses import asdict

    from fanlight.core.errors import FanlightError
    from fanlight.science.evidence.text_check import check_text as check

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise FanlightError("FAN-EVID-036", f"Cannot read {file.name}", type(problem).__name__, "Give a text file in UTF-8.") from problem
    marked = check(text, _load(folder).text_rules)
    if as_json:
        _say(json.dumps([asdict(item) for item in marked], indent=2, ensure_ascii=False))
        return 1 if marked else 0
    for item in marked:
        _say(f"line {item.line}, {item.verdict}: {item.sentence}\n      why: {item.why}")
        _say(f"      say instead: {item.instead}\n      source: {item.source}")
    _say("Nothing marked. That is no approval: a clinician still reads it." if not marked else f"{len(marked)} marks.")
    return 1 if marked else 0


@app.command()
def answer(
    question: Annotated[str, typer.Argument(help="a question; all of them without it")] = "",
    on: OnDate = "",
    folder: Folder = None,
    keep: Annotated[Path | None, typer.Option(help="a folder in which this answer is kept with its date, beside the earlier ones")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> int:
    """Answer the living questions from the tables, say what may be said, and what changed since the answer kept before."""
    from fanlight.science.evidence.questions import change_in_words, summary

    evidence, day = _load(folder), _day(on)
    results = [evidence.answer(name, day) for name in ([question] if question else evidence.questions)]
    if as_json:
        _say(json.dumps([summary(result) for result in results], indent=2))
    for result in results:
        change = ""
        if keep is not None:
            place = keep / result.question_id
            place.mkdir(parents=True, exist_ok=True)
            earlier = sorted(path for path in place.glob("*.json") if path.stem < day.isoformat())
            if earlier:
                change = change_in_words(json.loads(earlier[-1].read_text(encoding="utf-8")), result)
            (place / f"{day.isoformat()}.json").write_text(json.dumps(summary(result), indent=2) + "\n", encoding="utf-8")
        if not as_json:
            _tell(result, evidence.statement(result).text(day), change)
    return 0


def _tell(result: Any, sentence: str, change: str) -> None:
    from fanlight.science.evidence.forest import forest_of, forest_table

    _say(f"{result.question_id}\n  {result.question.title}")
    for row in forest_table(forest_of(result))[1:]:
        _say("  " + "  |  ".join(cell for cell in row if cell))
    for item in result.excluded:
        _say(f"  left out: {item.row_id} {item.study}: {item.why}")
    for note in result.notes:
        _say(f"  note: {note}")
    _say(f"  {sentence}")
    _say(f"  {change}\n" if change else "")


@app.command()
def claims(
    verdict: Annotated[str, typer.Option(help="supported, partly, overstated, miscited or unverifiable")] = "",
    on: OnDate = "",
    folder: Folder = None,
) -> int:
    """The ledger of claims found in popular articles: verdict, certainty, and whether the check still stands."""
    from fanlight.science.evidence.ledger import ledger, tally

    evidence, day = _load(folder), _day(on)
    entries = ledger(evidence.base.claims, evidence.base.articles, evidence.answers(day), day)
    for entry in entries:
        claim = entry.claim
        if verdict and claim.verdict.value != verdict:
            continue
        _say(f"{claim.claim_id}  {claim.verdict.value}; certainty {claim.certainty.value}; {entry.article.label}\n      {claim.claim}")
        if claim.better_figure:
            _say(f"      better: {claim.better_figure} ({claim.better_source})")
        if entry.is_stale:
            _say(f"      STALE: {entry.stale_because}")
    _say(
        ", ".join(f"{count} {name.value}" for name, count in tally(entries).items()) + f"; {sum(entry.is_stale for entry in entries)} stale"
    )
    return 0


@app.command()
def plot(
    question: Annotated[str, typer.Argument()],
    out: Annotated[Path, typer.Option(help="the file to write, .svg or .pdf")],
    kind: Annotated[str, typer.Option(help="forest, funnel, cumulative, baujat, labbe or people")] = "forest",
    size: Annotated[str, typer.Option(help="phone, page or poster (A0 wide)")] = "page",
    on: OnDate = "",
    folder: Folder = None,
) -> int:
    """Draw one plot of an answer as SVG or PDF, with its colours in the file so that it stands alone."""
    from fanlight.cli.evidence_plots import WIDTHS_MM, standing_alone
    from fanlight.core.errors import FanlightError
    from fanlight.science.evidence.plots import draw

    if size not in WIDTHS_MM:
        raise FanlightError("FAN-EVID-042", f"Cannot draw at size {size!r}", "there is no such size", f"Choose {', '.join(WIDTHS_MM)}.")

    evidence = _load(folder)
    drawn = draw(evidence.answer(question, _day(on)), kind, is_for_phone=size == "phone")
    picture = standing_alone(drawn, WIDTHS_MM[size])
    if out.suffix == ".pdf":
        from fanlight.cli.evidence_plots import as_pdf

        out.write_bytes(as_pdf(picture, WIDTHS_MM[size]))
    else:
        out.write_text(picture, encoding="utf-8")
    _say(f"Wrote {out}")
    return 0


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="studies, syntheses, claims, metapsy or fhir")],
    question: Annotated[str, typer.Option(help="for fhir: which question")] = "",
    on: OnDate = "",
    folder: Folder = None,
) -> int:
    """Print a table as CSV, the studies as a Metapsy-style table, or an answer as R5-derived FHIR JSON."""
    from fanlight.core.errors import FanlightError
    from fanlight.science.evidence.csv_rows import write_rows
    from fanlight.science.evidence.fhir_r5 import evidence_bundle
    from fanlight.science.evidence.metapsy import write_metapsy
    from fanlight.science.evidence.tables import ClaimRow, StudyRow, SynthesisRow

    evidence = _load(folder)
    if what == "fhir":
        result = evidence.answer(question, _day(on))
        _say(json.dumps(evidence_bundle(result, evidence.statement(result)), indent=2, ensure_ascii=False))
        return 0
    tables = {
        "studies": lambda: write_rows(evidence.base.studies, StudyRow),
        "syntheses": lambda: write_rows(evidence.base.syntheses, SynthesisRow),
        "claims": lambda: write_rows(evidence.base.claims, ClaimRow),
        "metapsy": lambda: write_metapsy(evidence.base.studies),
    }
    if what not in tables:
        raise FanlightError("FAN-EVID-039", f"Cannot export {what!r}", f"choose {', '.join(tables)} or fhir")
    sys.stdout.write(tables[what]())
    return 0


@app.command(name="read-metapsy")
def read_metapsy(
    file: Annotated[Path, typer.Argument(help="a Metapsy table (comma, semicolon or tab; decimal point or comma)")],
    outcome: Annotated[str, typer.Option(help="msd, imsd, change, response or remission")] = "response",
) -> int:
    """Read a Metapsy table and print its primary rows as a table that `fanlight pool` takes."""
    from fanlight.core.errors import FanlightError
    from fanlight.science.evidence.metapsy import read_metapsy as read

    try:
        rows = read(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as problem:
        raise FanlightError("FAN-EVID-036", f"Cannot read {file.name}", type(problem).__name__, "Give a table in UTF-8.") from problem
    chosen = [row for row in rows if row.outcome_type == outcome and row.is_primary]
    header = "study,instrument,time," + ("ai,n1i,ci,n2i" if outcome in ("response", "remission") else "n1i,m1i,sd1i,n2i,m2i,sd2i")
    _say(header)
    for row in chosen:
        numbers = [f"{value:g}" for value in (*row.arm1, *row.arm2)]
        quoted = [f'"{cell}"' if "," in cell else cell for cell in (row.study, row.instrument, row.time)]
        _say(",".join([*quoted, *numbers]))
    return 0


@app.command()
def network(
    file: Annotated[Path, typer.Argument(help="CSV with one arm a line: study, treatment, and events, total (or mean, sd, n)")],
    measure: Annotated[str, typer.Option(help="OR, RR, RD or MD")],
    method: Annotated[str, typer.Option(help="DL (random effects) or EE (common effects)")] = "DL",
    larger_is_better: Annotated[bool, typer.Option("--larger-is-better", help="rank high values first; low ones without it")] = False,
    plot: Annotated[Path | None, typer.Option(help="an SVG file for the picture of the network")] = None,
) -> int:
    """Compare several treatments at once: ranking, league table, inconsistency, direct against indirect evidence."""
    from fanlight.cli.network_table import network_text

    text, picture = network_text(file, measure.upper(), method.upper(), small_is_good=not larger_is_better)
    _say(text)
    if plot is not None:
        from fanlight.cli.evidence_plots import WIDTHS_MM, standing_alone

        plot.write_text(standing_alone(picture, WIDTHS_MM["page"]), encoding="utf-8")
        _say(f"Wrote {plot}")
    return 0


@app.command()
def site(folder: Annotated[Path, typer.Argument(help="an empty folder for the pages")]) -> int:
    """Write the whole public part as plain pages that open from a disk."""
    from fanlight.cli.django_start import start_django

    start_django()
    from fanlight.web.evidence.static_site import write_site

    written = write_site(folder)
    _say(f"Wrote {len(written)} files; open {folder / 'index.html'}")
    return 0


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "evidence", args)
