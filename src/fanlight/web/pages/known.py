"""Facts and lines of history in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fanlight.core.quantities import plain


def fact_value_words(value: Any, unit: str = "") -> str:
    """A fact's value as a page says it."""
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None:
            return "not known"
        case Decimal():
            return f"{plain(value)} {unit}".strip()
        case datetime():
            return f"{value:%d %b %Y, %H:%M}"
        case date():
            return f"{value:%d %b %Y}"
        case Mapping():
            return ", ".join(f"{str(key).replace('_', ' ')} {fact_value_words(item)}" for key, item in value.items())
        case list() | tuple():
            return "; ".join(fact_value_words(item) for item in value) or "none"
        case _:
            text = str(value)
            return f"{text.replace('_', ' ')} {unit}".strip() if "_" in text or unit else text
