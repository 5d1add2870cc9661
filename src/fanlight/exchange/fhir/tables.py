"""The code tables an import is read by: which code measures what, and which code answers which question.

They are files of `content/codes`, read elsewhere and handed in; this room holds no code of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fanlight.core.errors import Fault, InputError
from fanlight.core.facts import FactCatalogue
from fanlight.core.sources import Mark
from fanlight.exchange.fhir.check_digits import is_loinc


@dataclass(frozen=True, slots=True)
class MeasureCode:
    """A measure Fanlight can chart: its LOINC codes, its UCUM unit, the fact it may answer.

    `units` are other UCUM units accepted and kept as received. `minimum` and `maximum` bound what is believed where no
    fact does. A value above `attention_above` is put before a person with the words of `attention`.
    """

    measure: str
    label: str
    loinc: tuple[str, ...]
    unit: str
    mark: Mark
    units: tuple[str, ...] = ()
    fact: str = ""
    dated_fact: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    attention_above: Decimal | None = None
    attention: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """A coded answer of a scale and the points it stands for."""

    code: str
    label: str
    points: Decimal
    mark: Mark


@dataclass(frozen=True, slots=True)
class MeasuresFile:
    """One file of measures."""

    title: str
    source: str
    read_on: date
    measures: tuple[MeasureCode, ...] = ()
    answers: tuple[AnswerCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fact that a code speaks for: `when` is "active", "past" or "always" (the state of the condition)."""

    fact: str
    value: bool | str | None
    when: str = "always"


@dataclass(frozen=True, slots=True)
class CodedMeaning:
    """What a diagnosis or substance code means for screening; no proposals where no question of Fanlight asks for it."""

    system: str
    code: str
    meaning: str
    mark: Mark
    proposes: tuple[Proposal, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeaningsFile:
    """One file of coded meanings. `negations` are codes that say "none known"."""

    title: str
    applies_to: str
    source: str
    read_on: date
    meanings: tuple[CodedMeaning, ...]
    negations: tuple[CodedMeaning, ...] = ()
    negation_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeTables:
    """All tables, by code (meanings by resource type, system and code). `plausible` is the range believed for a measure."""

    measures: Mapping[str, MeasureCode] = field(default_factory=dict)
    answers: Mapping[str, AnswerCode] = field(default_factory=dict)
    meanings: Mapping[tuple[str, str, str], CodedMeaning] = field(default_factory=dict)
    negations: frozenset[tuple[str, str]] = frozenset()
    negation_words: tuple[str, ...] = ()
    plausible: Mapping[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, measures: Iterable[MeasuresFile], meanings: Iterable[MeaningsFile], catalogue: FactCatalogue) -> CodeTables:
        """Check and join the files: every LOINC code must pass its check digit, every fact must be in the catalogue."""
        faults: list[Fault] = []
        by_code: dict[str, MeasureCode] = {}
        answers: dict[str, AnswerCode] = {}
        plausible: dict[str, tuple[Decimal | None, Decimal | None]] = {}
        for file in measures:
            answers.update({answer.code: answer for answer in file.answers})
            for measure in file.measures:
                fact = catalogue.definitions.get(measure.fact)
                plausible[measure.measure] = (fact.minimum, fact.maximum) if fact else (measure.minimum, measure.maximum)
                faults += _measure_faults(measure, by_code, catalogue)
                by_code.update(dict.fromkeys(measure.loinc, measure))
        meant: dict[tuple[str, str, str], CodedMeaning] = {}
        negations: set[tuple[str, str]] = set()
        words: list[str] = []
        for table in meanings:
            negations.update((item.system, item.code) for item in table.negations)
            words += table.negation_words
            for item in table.meanings:
                if (table.applies_to, item.system, item.code) in meant:
                    faults.append(Fault(item.code, "is given a meaning twice.", suggestion="Keep one."))
                faults += [
                    Fault(item.code, f"proposes {proposal.fact}, which is not a fact Fanlight knows.")
                    for proposal in item.proposes
                    if proposal.fact not in catalogue
                ]
                meant[table.applies_to, item.system, item.code] = item
        if faults:
            raise InputError("FAN-CODE-001", "The code tables cannot be used", faults)
        return cls(by_code, answers, meant, frozenset(negations), tuple(word.casefold() for word in words), plausible)


def _measure_faults(measure: MeasureCode, seen: Mapping[str, MeasureCode], catalogue: FactCatalogue) -> list[Fault]:
    faults = [Fault(code, "fails the check digit of LOINC.") for code in measure.loinc if not is_loinc(code)]
    faults += [Fault(code, f"measures both {seen[code].measure} and {measure.measure}.") for code in measure.loinc if code in seen]
    faults += [
        Fault(measure.measure, f"answers {fact}, which is not a fact Fanlight knows.")
        for fact in (measure.fact, measure.dated_fact)
        if fact and fact not in catalogue
    ]
    return faults
