"""`fanlight docs`: write the reference pages of the manual, or say which of them fall behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="change nothing; exit 1 naming each page that falls behind")] = False,
    folder: Annotated[str, typer.Option(help="the manual's folder (default: docs, here or beside the source)")] = "",
) -> int:
    """Make docs/reference from content and code. Pages that nothing makes any more are removed."""
    from fanlight.cli.django_start import start_django

    manual = Path(folder) if folder else manual_folder()
    if not (manual / "conf.py").is_file():
        sys.stderr.write(f"FAN-DOCS-001  There is no manual in {manual}. Give its folder with --folder.\n")
        return 1
    start_django()
    from fanlight.cli.reference import reference_pages

    behind = pages_behind(reference_pages(), manual / "reference", write=not check)
    if check and behind:
        sys.stderr.write("".join(f"FAN-DOCS-002  docs/reference/{name} {why}. Run fanlight docs.\n" for name, why in behind.items()))
        return 1
    sys.stdout.write(f"{len(behind)} pages written.\n" if not check else "Every reference page is as its content and code are.\n")
    return 0


def manual_folder() -> Path:
    """The manual here, else the one beside the source this runs from."""
    here = Path("docs")
    return here if (here / "conf.py").is_file() else Path(__file__).resolve().parents[3] / "docs"


def pages_behind(pages: dict[str, str], folder: Path, *, write: bool) -> dict[str, str]:
    """Pages that differ from what content and code say, with how; with `write` they are brought up to it."""
    behind: dict[str, str] = {}
    for name, text in pages.items():
        path = folder / name
        if not path.is_file():
            behind[name] = "is missing"
        elif path.read_text(encoding="utf-8") != text:
            behind[name] = "falls behind"
        if write and name in behind:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in pages:
            behind[name] = "is made by nothing any more"
            if write:
                path.unlink()
    return behind


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "docs", args)
