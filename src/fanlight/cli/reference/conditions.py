"""A rule's condition as one line of words, as near to its file as a table cell allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def condition_words(condition: Any) -> str:
    """The condition with its structure spelled out: "any of (a; b)", "not (c)", "x: {at_least: 5}"."""
    match condition:
        case Mapping():
            return "; ".join(_pair(str(key), value) for key, value in condition.items())
        case list() | tuple():
            return "; ".join(condition_words(item) for item in condition)
        case bool():
            return "yes" if condition else "no"
        case None:
            return "nothing"
        case _:
            return str(condition)


def _pair(key: str, value: Any) -> str:
    joined = {"any": "any of", "all": "all of", "not": "not", "always": "always"}
    if key == "always":
        return "always"
    if key in joined:
        return f"{joined[key]} ({condition_words(value)})"
    if isinstance(value, Mapping | list | tuple):
        return f"{key} ({condition_words(value)})"
    return f"{key} {condition_words(value)}"
