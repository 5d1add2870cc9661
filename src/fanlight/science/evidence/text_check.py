"""Reads a leaflet or a page as a strict reader would: which sentences claim more than is known, and what may be said instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class TextRule:
    """One kind of sentence that may not stand. Lists are named in `TextRules.words`; see content/evidence/text_rules.yaml."""

    id: str
    verdict: Literal["forbidden", "overstated", "unsupported"]
    all: tuple[str, ...]
    why: str
    instead: str
    source: str
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    claim: tuple[str, ...] = ()
    denial_clears: bool = False


@dataclass(frozen=True, slots=True)
class TextRules:
    """The rules with their word lists and the words that deny."""

    words: dict[str, tuple[str, ...]]
    rules: tuple[TextRule, ...]
    denials: tuple[str, ...]
    extra_words: dict[str, tuple[str, ...]]

    def unknown_names(self) -> tuple[str, ...]:
        """Word lists that a rule names and nobody defines."""
        known = {*self.words, *self.extra_words}
        used = {name for rule in self.rules for name in (*rule.all, *rule.any, *rule.unless, *rule.claim)}
        return tuple(sorted(used - known))


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence that may not stand, with its first line (1-based), the words that gave it away, and what may be said instead."""

    sentence: str
    line: int
    rule: str
    verdict: str
    matched: tuple[str, ...]
    why: str
    instead: str
    source: str


def check_text(text: str, rules: TextRules) -> tuple[Marked, ...]:
    """Every marked sentence, in order; a sentence that breaks several rules is marked by each, gravest first."""
    lists = _compiled(rules)
    found: list[Marked] = []
    meant = ""
    for sentence, line in sentences(text):
        plain = plain_words(sentence)
        named = _DRUGS.findall(plain)
        if named:
            meant = named[-1]
        elif meant and _PRONOUN.match(plain):
            plain = f"{meant}: {plain}"  # "It is approved" means the drug of the sentence before
        broken = [marked for rule in rules.rules if (marked := _judge(rule, sentence, plain, line, rules, lists))]
        found += sorted(broken, key=lambda marked: _GRAVITY.index(marked.verdict))
    return tuple(found)


_DRUGS = re.compile(r"esketamine|spravato|ketamine|psilocybin")
_PRONOUN = re.compile(r"(?:it|its|it's|this|that|these|they|the (?:drug|medicine|treatment|infusions?|therapy|spray))\b")
_GRAVITY = ("forbidden", "overstated", "unsupported")


def sentences(text: str) -> list[tuple[str, int]]:
    """Sentences with the line each starts on. Bullet points, headings and table cells count as sentences of their own."""
    found: list[tuple[str, int]] = []
    buffer, started = "", 1
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        new_block = not line or re.match(r"^(?:[-*•]|\d+[.)]|#+|\|)\s*", line) is not None
        if new_block and buffer:
            found += [(part, started) for part in _split(buffer)]
            buffer = ""
        line = re.sub(r"^(?:[-*•]|\d+[.)]|#+|\|)\s*", "", line)
        if line:
            started = number if not buffer else started
            buffer = f"{buffer} {line}".strip()
    if buffer:
        found += [(part, started) for part in _split(buffer)]
    return found


_ABBREVIATIONS = re.compile(r"\b(?:vs|e\.g|i\.e|dr|mr|mrs|st|approx|no|fig|al)\.$", re.IGNORECASE)


def _split(block: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in re.finditer(r"[.!?]+[\"'”’)]*\s+(?=[A-Z0-9\"'“‘(])", block):
        piece = block[start : match.end()].strip()
        if _ABBREVIATIONS.search(piece):
            continue
        parts.append(piece)
        start = match.end()
    parts.append(block[start:].strip())
    return [part for part in parts if part]


def plain_words(sentence: str) -> str:
    """Lower case, with typographic quotes, dashes and doubled spaces made plain, so that dressing hides nothing."""
    table = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "‑": "-", "\u00a0": " ", "％": "%"}
    plain = "".join(table.get(letter, letter) for letter in sentence).lower()
    plain = re.sub(r"[\u200b\u00ad]", "", plain)
    return re.sub(r"\s+", " ", plain)


@cache
def _pattern(fragments: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(?<![a-z0-9])(?:" + "|".join(f"(?:{fragment})" for fragment in fragments) + ")")


def _compiled(rules: TextRules) -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(tuple(fragments)) for name, fragments in {**rules.words, **rules.extra_words}.items()}


def _judge(rule: TextRule, sentence: str, plain: str, line: int, rules: TextRules, lists: Mapping[str, re.Pattern[str]]) -> Marked | None:
    matched: list[re.Match[str]] = []
    for name in rule.all:
        found = lists[name].search(plain)
        if not found:
            return None
        matched.append(found)
    if rule.any:
        others = [found for name in rule.any if (found := lists[name].search(plain))]
        if not others:
            return None
        matched.append(others[0])
    if any(lists[name].search(plain) for name in rule.unless):
        return None
    if rule.denial_clears and _is_denied(plain, rule, lists, rules.denials):
        return None
    told = tuple(dict.fromkeys(match.group(0).strip() for match in matched))
    return Marked(sentence, line, rule.id, rule.verdict, told, rule.why, rule.instead, rule.source)


REACH = 8
"""How many words before the claim a denial may stand and still deny it."""


def _is_denied(plain: str, rule: TextRule, lists: Mapping[str, re.Pattern[str]], denials: tuple[str, ...]) -> bool:
    """True where the claim is denied wherever it stands: any one list of the rule, or each list of `claim` that is met."""
    denial = re.compile(r"(?<![a-z0-9'])(?:" + "|".join(re.escape(word) for word in denials) + r")(?![a-z0-9'])")
    places = {name: [match.start() for match in lists[name].finditer(plain)] for name in rule.claim or rule.all}
    denied = [all(_denied_at(plain, place, denial) for place in found) for found in places.values() if found]
    return all(denied) if rule.claim else any(denied)


_FALSE_DENIALS = re.compile(r"\b(?:not only|no wonder|no doubt|no longer (?:have|need) to (?:wait|suffer)|nothing (?:but|works better))\b")


def _denied_at(plain: str, place: int, denial: re.Pattern[str]) -> bool:
    before = re.split(r"[,;:()]| - |\bbut\b|\bhowever\b|\band it\b|\bwhile\b|\bonly\b", plain[:place])[-1]
    near = " ".join(before.split()[-REACH:])
    return bool(denial.search(near)) and not _FALSE_DENIALS.search(near + " " + plain[place : place + 1])
