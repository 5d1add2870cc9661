"""Shapes, fans, times and numbers as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from fanlight.core.quantities import plain
from fanlight.records.library import library
from fanlight.web import patient_language
from fanlight.web.drawing.fan import mark
from fanlight.web.drawing.shapes import SHAPES
from fanlight.web.drawing.shapes import shape as draw_shape
from fanlight.web.drawing.svg import Svg
from fanlight.web.words import day_words, instant_words, moment_words

register = template.Library()
_STATUS = {
    "met": "met", "not_met": "not", "unknown": "unknown", "true": "not", "false": "met", "not_due": "info",
    "HARD_STOP": "stop", "BLOCK": "not", "HOLD": "hold", "WARN": "warn", "INFO": "info", "PROCEED": "met",
}  # fmt: skip


@register.simple_tag
def shape(name: str, css: str = "") -> Svg:
    """`{% shape "met" "is-met" %}`; an answer or severity gives its own shape."""
    key = str(getattr(name, "value", name))
    return draw_shape(key if key in SHAPES else _STATUS.get(key, "info"), css)


@register.simple_tag
def fan_mark() -> Svg:
    """The mark of the house."""
    return mark()


@register.filter
def figure(value: object) -> str:
    """A number without a trailing zero; anything else as it is."""
    return plain(value) if isinstance(value, Decimal) else str(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """ "Thu 12 Nov", with the year when it is not this one."""
    return "" if value is None else day_words(_local(value), timezone.localdate())


@register.filter
def clock(value: datetime | None) -> str:
    """ "10:35" on the clinic's clock."""
    return "" if value is None else moment_words(_local(value))


@register.filter
def instant(value: datetime | None) -> str:
    """ "Thu 12 Nov, 10:35" on the clinic's clock; today's date is left out."""
    return "" if value is None else instant_words(_local(value), timezone.localdate())


@register.filter
def words(value: object) -> str:
    """A code as words: underscores become spaces."""
    return str(getattr(value, "value", value)).replace("_", " ")


@register.filter
def thousands(value: int) -> str:
    """ "20,000": a count as it is read."""
    return f"{value:,}"


@register.filter
def protocol_title(value: object) -> str:
    """A protocol's identifier as its title; anything else as words."""
    known = library().protocols.get(str(value))
    return known.title if known is not None else words(value)


@register.filter
def item(mapping: Any, key: object) -> object:
    """`mapping|item:key`; empty where there is none."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.filter
def by_hand(line: str) -> str:
    """A line of arithmetic with the signs a hand would write."""
    for typed, written in ((" -> ", " → "), (" x ", " × "), ("...", "…"), (" / ", " ÷ "), (" - ", " − "), ("kg/m2", "kg/m²")):
        line = line.replace(typed, written)
    return line


@register.filter
def may(user: Any, permission: str) -> bool:
    """True when this person's roles hold the permission."""
    from fanlight.records.permissions import Permission

    return bool(user.is_authenticated and user.may(Permission(permission)))


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, datetime) else value


@register.filter
def strong_words(line: Any) -> str:
    """A document line with its strong words set in bold; every word of it is escaped first."""
    from django.utils.html import conditional_escape, format_html
    from django.utils.safestring import mark_safe

    text = str(conditional_escape(line.text))
    for strong in line.strong:
        shown = str(conditional_escape(strong))
        text = text.replace(shown, str(format_html("<strong>{}</strong>", strong)), 1)
    return mark_safe(text)  # noqa: S308 - every part was escaped above


@register.simple_tag
def say(english: str, **places: object) -> str:
    """A sentence of a patient's page, in the language of that page."""
    return patient_language.say(english, **places)


@register.simple_tag
def page_language() -> str:
    """The language a patient's page is written in."""
    return patient_language.here()


@register.simple_tag
def script_words() -> str:
    """What the script of a patient's page says, as JSON."""
    return patient_language.script_words()


@register.simple_tag(takes_context=True)
def languages(context: Any) -> list[patient_language.Language]:
    """The languages a patient's page can be had in."""
    return patient_language.languages(context["request"])
