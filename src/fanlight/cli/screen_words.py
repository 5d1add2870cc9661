"""A screening as a good colleague would say it: the answer first, then what would settle it, then the reasoning."""

from __future__ import annotations

from collections.abc import Iterator

from fanlight.care.rules import RuleAnswer
from fanlight.care.screening import ScreeningResult
from fanlight.core.answers import Answer, Outcome, Severity
from fanlight.core.facts import FactCatalogue

_OPENING = {
    Outcome.PROCEED: "Nothing stands in the way.",
    Outcome.WARN: "It can go on, with care.",
    Outcome.HOLD: "Not yet.",
    Outcome.BLOCK: "Not as things stand.",
    Outcome.HARD_STOP: "This must not go on.",
}
_WORD = {
    Severity.HARD_STOP: "must not",
    Severity.BLOCK: "blocked",
    Severity.HOLD: "hold",
    Severity.WARN: "caution",
    Severity.INFO: "note",
}


def in_words(result: ScreeningResult, catalogue: FactCatalogue) -> str:
    """The whole screening as text."""
    return "\n".join(_lines(result, catalogue)) + "\n"


def _lines(result: ScreeningResult, catalogue: FactCatalogue) -> Iterator[str]:
    protocol = result.protocol
    stage = result.stage.value.replace("_", " ")
    yield f"{protocol.title or protocol.id} ({protocol.id} {protocol.version}), {stage}, {result.on:%d %b %Y}"
    yield f"{_OPENING[result.outcome]} {_summary(result)}"
    in_force = result.in_force()
    owed = list(_owed(in_force, catalogue))
    if owed:
        yield "\nTo settle it"
        yield from owed
    if in_force:
        yield "\nThe reasoning"
        yield from (line for answer in in_force for line in _answer(answer))
    clear = [answer for answer in result.rules if answer.answer is Answer.FALSE]
    if clear:
        yield "\nClear"
        yield from (f"  {answer.id}  {answer.message}" for answer in clear)
    if result.criteria:
        yield "\nCriteria"
        yield from (f"  {item.answer.value.replace('_', ' '):8} {item.because}" for item in result.criteria)
    yield from _history(result)
    later = sum(answer.answer is Answer.NOT_DUE for answer in result.rules)
    version = result.content_version[:12] or "unversioned"
    yield f"\n{len(result.rules) - later} rules asked, {later} not due at this stage. Content {version}."
    unsigned = sum(answer.rule.mark.needs_sign_off for answer in result.rules)
    if unsigned:
        yield f"{unsigned} rules rest on facts that are recalled or defaults: needs sign-off by the medical director."


def _summary(result: ScreeningResult) -> str:
    unknown = sum(1 for answer in result.rules if answer.answer is Answer.UNKNOWN and answer.severity is not Severity.INFO)
    present = sum(1 for answer in result.rules if answer.answer is Answer.TRUE and answer.severity is not Severity.INFO)
    parts = []
    if present:
        parts.append(f"{present} thing{'s' if present != 1 else ''} found")
    if unknown:
        parts.append(f"{unknown} question{'s' if unknown != 1 else ''} still open")
    return f"{' and '.join(parts).capitalize()}." if parts else "Every question that is due has been answered."


def _owed(answers: tuple[RuleAnswer, ...], catalogue: FactCatalogue) -> Iterator[str]:
    by_person: dict[str, dict[str, None]] = {}
    for answer in answers:
        if answer.severity is not None and answer.severity is not Severity.INFO:
            for item in answer.missing:
                by_person.setdefault(item.who, {})[catalogue.definitions[item.fact].label] = None
    for who, labels in by_person.items():
        yield f"  {who}: {'; '.join(labels)}"


def _answer(answer: RuleAnswer) -> Iterator[str]:
    word = _WORD[answer.severity] if answer.severity else ""
    yield f"  {answer.id}  {word}: {answer.message}"
    sources = ", ".join(f"{source.id} {source.mark.value}" for source in answer.rule.sources)
    override = f" To go on: {answer.override.who}. {answer.override.needs}" if answer.override else ""
    yield f"        {answer.rule.title}; {sources}.{override}"


def _history(result: ScreeningResult) -> Iterator[str]:
    asked = [answer for answer in result.definitions if answer.id in result.protocol.definitions] or list(result.definitions)
    yield "\nTreatments tried"
    for definition in asked:
        yield f"  {definition.id}: {_said(definition.answer)}. {definition.because}"
        for item in definition.trials:
            yield f"      {item.trial.name}: {_counts(item.counts)}. {item.why}"
    scored, stage = result.maudsley, result.thase_rush
    if scored.least is not None and scored.most is not None:
        total = f"{scored.least}" if scored.least == scored.most else f"{scored.least} to {scored.most}"
        yield f"  Maudsley staging {total} of 3 to 15{', ' + scored.band if scored.band else ''}; it describes, it is never a gate"
    if stage.at_least is not None:
        words = stage.stage or f"{stage.at_least} to {stage.at_most}"
        yield f"  Thase-Rush stage {words}; it describes, it is never a gate"


def _said(answer: Answer) -> str:
    return {Answer.TRUE: "met", Answer.FALSE: "not met"}.get(answer, "nobody can say yet")


def _counts(counts: bool | None) -> str:
    return "cannot say" if counts is None else "counts" if counts else "does not count"
