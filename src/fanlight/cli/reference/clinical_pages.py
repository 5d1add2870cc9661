"""Reference pages made from clinical content: protocols, rules, facts, scales, medicines' sources."""

from __future__ import annotations

from collections.abc import Mapping

from fanlight.care.protocols import Protocol, protocol_document
from fanlight.care.rules import RulesFile
from fanlight.care.rules.content_types import CriterionContent, RuleContent
from fanlight.cli.reference.conditions import condition_words
from fanlight.cli.reference.writing import bullets, code, page, section, table, words
from fanlight.content import read_folder
from fanlight.core.facts import FactDefinition, FactsFile
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import Library

_SIGN = "A number marked recalled or default waits for the signature of the site's medical director before it may be relied on."


def protocol_pages(shelf: Library) -> dict[str, str]:
    """One page for each protocol, and one that lists them."""
    pages = {f"protocols/{item.id}.md": _protocol(item, shelf.sources) for item in shelf.protocols.values()}
    rows = [
        [
            f"[{words(item.title)}](protocols/{item.id}.md)",
            code(item.id),
            words(item.drug.value.replace("_", " ")),
            words(item.route.value),
            words(item.indication.status.value.replace("_", " ")),
            words(", ".join(item.jurisdictions)),
            "" if item.enabled_by_default else "a site must turn it on",
        ]
        for item in sorted(shelf.protocols.values(), key=lambda item: item.id)
    ]
    listing = table(["protocol", "id", "drug", "route", "label", "where", ""], rows)
    hidden = "```{toctree}\n:hidden:\n:glob:\n\nprotocols/*\n```"
    pages["protocols.md"] = page("Protocols", f"The {len(rows)} treatment protocols that ship. {_SIGN}", listing, hidden)
    return pages


def _protocol(protocol: Protocol, sources: Mapping[str, str]) -> str:
    written = protocol_document(protocol, dict(sources))
    waiting = f"{written.needs_sign_off} of its entries wait for a signature." if written.needs_sign_off else ""
    blocks = [f"{words(written.summary)} Version {words(written.version)}. {waiting}".strip()]
    for part in written.sections:
        rows = [[words(e.label), words(e.text), words(e.source), words(e.mark.value) if e.mark else ""] for e in part.entries]
        blocks.append(section(words(part.title), table(["", "says", "source", "mark"], rows)))
    cited = [f"**{words(name)}**: {words(text or 'no citation on file')}" for name, text in written.citations]
    blocks.append(section("Sources", bullets(cited)) if cited else "")
    return page(words(written.title), *blocks)


def rules_page(shelf: Library) -> str:
    """Every rule and criterion: when it is asked, what makes it true, what it says, on whose word."""
    blocks = [
        "Each rule asks whether a danger is present, and has three answers. Unknown is never absent: a rule that cannot be "
        "answered says what is missing. A criterion asks whether a condition is satisfied, and unknown is never met. " + _SIGN
    ]
    for file in read_folder(shelf.folder / "rules", RulesFile).values():
        parts = [_rule(rule, shelf.sources) for rule in file.rules] + [_criterion(item, shelf.sources) for item in file.criteria]
        blocks.append(section(words(file.title), *parts))
    return page("Rules and criteria", *blocks)


def _rule(rule: RuleContent, sources: Mapping[str, str]) -> str:
    rows = [[level.severity.name, words(condition_words(level.when)), words(level.says)] for level in rule.levels]
    says = [f"Clear: {words(rule.clear)}", *([f"Unknown: {words(rule.unknown)}"] if rule.unknown else [])]
    return section(
        f"{words(rule.id)}: {words(rule.title)}",
        _asked([stage.value for stage in rule.stages], rule.scope),
        table(["severity", "when", "says"], rows),
        bullets([*says, *_parameters(rule), *_cited(rule, sources)]),
        level=3,
    )


def _criterion(item: CriterionContent, sources: Mapping[str, str]) -> str:
    rows = [
        ["met", words(condition_words(item.met_when)), words(item.met)],
        ["not met", "otherwise", words(item.not_met)],
        ["unknown", "a fact is missing", words(item.unknown or "names what is missing")],
    ]
    return section(
        f"{words(item.id)}: {words(item.title)}",
        _asked([stage.value for stage in item.stages], item.scope),
        table(["answer", "when", "says"], rows),
        bullets([*_parameters(item), *_cited(item, sources)]),
        level=3,
    )


def _asked(stages: list[str], scope: object) -> str:
    limits = []
    for name in ("drugs", "routes", "uses", "not_uses", "jurisdictions", "settings", "protocols", "declares", "not_declares"):
        listed = getattr(scope, name)
        if listed:
            limits.append(f"{name.replace('_', ' ')}: {', '.join(str(item) for item in listed)}")
    text = f"Asked at: {', '.join(stages)}."
    return words(f"{text} Only for {'; '.join(limits)}." if limits else text)


def _parameters(rule: RuleContent | CriterionContent) -> list[str]:
    return [
        f"{code(name)} = {words(value.default)}: {words(value.meaning)} (a protocol may declare its own)"
        for name, value in rule.parameters.items()
    ]


def _cited(rule: RuleContent | CriterionContent, sources: Mapping[str, str]) -> list[str]:
    return [
        f"Source {words(cited.id)} ({words(cited.mark.value)}): {words(sources.get(cited.id, 'no citation on file'))}"
        + (f"; {words(cited.note)}" if cited.note else "")
        for cited in rule.sources
    ]


def facts_page(shelf: Library) -> str:
    """Every fact that may be given or asked for."""
    blocks = [
        "A fact that nobody has given is unknown, never no. *Who* can supply it; *derived* is worked out, or said by a scale, otherwise."
    ]
    for file in read_folder(shelf.folder / "facts", FactsFile).values():
        rows = [
            [code(f.name), words(f.label), words(_kind(f)), words(f.who), words(f.stage), words(_without_asking(f))] for f in file.facts
        ]
        blocks.append(section(words(file.title), table(["name", "meaning", "kind", "who", "stage", "derived"], rows)))
        listed = [f for f in file.facts if f.fields]
        for fact in listed:
            fields = [[code(g.name), words(g.kind.value), words(g.unit), "yes" if g.required else "", words(g.note)] for g in fact.fields]
            blocks.append(section(f"Fields of {code(fact.name)}", table(["field", "kind", "unit", "required", ""], fields), level=3))
    return page("Facts", *blocks)


def _without_asking(fact: FactDefinition) -> str:
    source = fact.from_scale
    if source is None:
        return fact.derived
    what = {"day": "The day it was answered", "total": "The total"}.get(source.gives, f"The answer {source.gives}")
    worst = f", the highest of {source.worst_in_days} days" if source.worst_in_days else ""
    stays = "; a yes stays" if source.stays else ""
    return f"{fact.derived} {what} of {', '.join(source.scales)}{worst}{stays}; what a person records later counts instead.".strip()


def _kind(fact: FactDefinition) -> str:
    if fact.choices:
        return f"one of {', '.join(fact.choices)}"
    bounds = f", {fact.minimum} to {fact.maximum}" if fact.minimum is not None or fact.maximum is not None else ""
    return f"{fact.kind.value}{f' ({fact.unit})' if fact.unit else ''}{bounds}"


def scales_page() -> str:
    """Every rating scale, and whether its words may ship."""
    rows = [
        [
            words(item.title),
            code(item.id),
            words(item.measures),
            words(item.respondent.value),
            words(item.licence.tier.value),
            words(item.licence.status),
            "waits for a signature" if item.needs_sign_off else "",
        ]
        for item in sorted(shipped_instruments().values(), key=lambda item: item.id)
    ]
    intro = (
        "Tier A ships with its full text. B and C ship with topics in our own words and the scoring. D takes totals only. "
        "A site that holds a licence lays the wording over it."
    )
    return page("Rating scales", intro, table(["scale", "id", "measures", "answered by", "tier", "licence", ""], rows))
