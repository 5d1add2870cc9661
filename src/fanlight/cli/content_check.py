"""Reading every content file of a folder, and what the files say about each other: all faults, and what waits for a signature."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fanlight.cli.content_kinds import folders, kind_of
from fanlight.content import ContentError, read_text
from fanlight.content.yaml_tree import load_tree
from fanlight.core.errors import Fault, InputError
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of one file, or one fact in it that waits for a signature."""

    file: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.file}: {self.fault}"


@dataclass(slots=True)
class ContentReport:
    """What a check found. `unsigned` lists facts marked recalled or default: they need sign-off, and are no fault. Nor is what is
    `lacking`: something else stands in for it.
    """

    files: int = 0
    faults: list[FileFault] = field(default_factory=list)
    unsigned: list[FileFault] = field(default_factory=list)
    lacking: list[FileFault] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)


def check_content(paths: Iterable[Path]) -> ContentReport:
    """Read every YAML file under the paths as its kind; then, of a whole content folder, hold the files against each other."""
    report = ContentReport()
    for path in paths:
        if not path.exists():
            report.faults.append(FileFault(str(path), Fault("", "does not exist.")))
            continue
        for file in [path] if path.is_file() else sorted(path.rglob("*.yaml")):
            _check_file(file, path, report)
    _check_crisis_texts(report)
    _check_together(report)
    return report


def _check_file(file: Path, root: Path, report: ContentReport) -> None:
    place = place_of(file, root)
    report.files += 1
    kind = kind_of(place)
    if kind is None:
        near = f"Known folders: {', '.join(sorted(folders()))}."
        report.faults.append(FileFault(place, Fault("", "stands where no kind of content is known.", suggestion=near)))
        return
    try:
        text = file.read_text(encoding="utf-8")
        report.values[place] = read_text(text, kind, place)
    except ContentError as problem:
        report.faults += [FileFault(place, fault) for fault in problem.faults]
        return
    except (OSError, UnicodeDecodeError) as problem:
        report.faults.append(FileFault(place, Fault("", f"cannot be read: {type(problem).__name__}.")))
        return
    tree, lines, _ = load_tree(text)
    report.lines[place] = lines
    report.unsigned += [FileFault(place, fault) for fault in _unsigned(tree, "", lines)]


def place_of(file: Path, root: Path) -> str:
    """The path of a file inside its content folder: from the first folder whose name is a kind of content."""
    parts = file.resolve().parts
    start = len(root.resolve().parts) if root.is_dir() else 0
    known = folders()
    found = next((index for index in range(len(parts) - 2, max(start - 2, -1), -1) if parts[index] in known), None)
    return "/".join(parts[found:]) if found is not None else file.name


def _unsigned(value: object, path: str, lines: dict[str, int]) -> Iterator[Fault]:
    if isinstance(value, dict):
        mark = value.get("mark")
        if mark in (Mark.RECALLED.value, Mark.DEFAULT.value):
            yield Fault(path, f"is marked {mark}: needs sign-off.", lines.get(f"{path}.mark" if path else "mark"))
        for key, item in value.items():
            yield from _unsigned(item, f"{path}.{key}" if path else str(key), lines)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unsigned(item, f"{path}[{index}]", lines)


def _check_crisis_texts(report: ContentReport) -> None:
    """Every language that patients' pages are written in should have the clinic's crisis text too."""
    from fanlight.care.scales.crisis_texts import CrisisTexts
    from fanlight.care.scales.patient_words import PatientWords
    from fanlight.content import content_folder, read

    given = {place: value for place, value in report.values.items() if isinstance(value, CrisisTexts)}
    if not given:
        return
    shipped = [read(path, PatientWords) for path in sorted((content_folder() / "asking").glob("words_*.yaml"))]
    pages = {words.language: words.name for words in [*shipped, *(w for w in report.values.values() if isinstance(w, PatientWords))]}
    for place, texts in given.items():
        line = report.lines.get(place, {}).get("texts")
        for language in texts.lacking(pages):
            why = f"has no crisis text in {pages[language]} ({language}): its patients' pages in it show the clinic's own text."
            report.lacking.append(FileFault(place, Fault("texts", why, line)))
        for language in sorted(set(texts.texts) - set(pages) - {"en"}):
            why = f"is given in {language}, in which there are no pages for patients: nobody sees it."
            report.lacking.append(FileFault(place, Fault(f"texts.{language}", why, report.lines.get(place, {}).get(f"texts.{language}"))))


def _check_together(report: ContentReport) -> None:
    """Facts, rules, definitions, medicines and protocols against each other, where the whole folder was read."""
    from fanlight.care.rules import RuleParts, build_rules, sources_of
    from fanlight.care.screening import DefinitionBook, DrugDictionary
    from fanlight.core.facts import FactCatalogue

    def of(folder: str) -> dict[str, Any]:
        return {Path(place).stem: value for place, value in report.values.items() if place.startswith(f"{folder}/")}

    def gather(folder: str, make: Any) -> Any:
        try:
            return make()
        except InputError as problem:
            report.faults += [FileFault(*_placed(folder, fault, report)) for fault in problem.faults]
            return None

    if not (of("facts") and of("rules") and of("sources") and of("rule_policy")):
        return
    facts = gather("facts", lambda: FactCatalogue.of(of("facts").values()))
    sources = sources_of(of("sources").values())
    if facts is None:
        return
    policy = next(iter(of("rule_policy").values()))
    gather("rules", lambda: build_rules(of("rules"), RuleParts(facts, sources, policy)))
    gather("drugs", lambda: DrugDictionary.of(of("drugs").values()))
    for name, definitions in of("definitions").items():
        gather(f"definitions/{name}.yaml", lambda file=definitions: DefinitionBook.of(file, facts))
    report.faults += _protocol_faults(of, sources)


def _protocol_faults(of: Any, sources: dict[str, str]) -> list[FileFault]:
    from fanlight.care.dosing import products_by_id
    from fanlight.care.protocols import DefaultCeilings, LintAgainst, LintSeverity, lint

    products = products_by_id(tuple(of("products").values()))
    consents = frozenset(text.id for text in of("consents").values())
    against = LintAgainst(
        sources, DefaultCeilings.of(of("rules").values()), {name: item.drug for name, item in products.items()}, consents or None
    )
    return [
        FileFault(f"protocols/{name}.yaml", Fault(found.path, f"{found.code} {found.message}"))
        for name, protocol in of("protocols").items()
        for found in lint(protocol, against)
        if found.severity is LintSeverity.ERROR
    ]


_IN_FILE = re.compile(r"^(?P<stem>[\w-]+) (?P<path>(rules|criteria)\[.*)$")


def _placed(folder: str, fault: Fault, report: ContentReport) -> tuple[str, Fault]:
    """The file and line of a fault that names its file first, as the faults of rules do."""
    match = _IN_FILE.match(fault.path)
    if match is None:
        return folder, fault
    place, path = f"{folder}/{match['stem']}.yaml", match["path"]
    return place, Fault(path, fault.reason, _line(report.lines.get(place, {}), path), fault.suggestion)


def _line(lines: dict[str, int], path: str) -> int | None:
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)
