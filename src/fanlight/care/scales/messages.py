"""What a message to a patient says, and when a try that failed is made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.scales.instrument import ScaleError
from fanlight.core.sources import Source


@dataclass(frozen=True, slots=True)
class MessageText:
    """One message in one language, with {clinic}, {links} and {phone} to be filled in."""

    id: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """All messages, and the patience of sending: `tries` in all, so many minutes apart.

    A try of which nothing is known (the house stopped between sending and writing it down) is made again after
    `minutes_until_unsure_is_tried_again`: a reminder twice is better than none.
    """

    version: str
    messages: tuple[MessageText, ...]
    tries: int
    minutes_between_tries: int
    minutes_until_unsure_is_tried_again: int
    source: Source

    def __post_init__(self) -> None:
        for text in self.messages:
            for place in ("{clinic}", "{links}", "{phone}"):
                if place not in text.body:
                    raise ScaleError("FAN-SCALE-020", f"Cannot use the message {text.id} ({text.language})", f"it lacks {place}")
        if "en" not in {text.language for text in self.messages}:
            raise ScaleError("FAN-SCALE-020", "Cannot use these messages", "none is in English, which stands in for a missing language")

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages there are messages in."""
        return tuple(dict.fromkeys(text.language for text in self.messages))

    def of(self, message: str, language: str) -> MessageText:
        """The message in a language, or in English."""
        known = {(text.id, text.language): text for text in self.messages}
        return known.get((message, language)) or known[(message, "en")]


@dataclass(frozen=True, slots=True)
class Try:
    """What came of one try: sent, undeliverable (no use trying again), or failed."""

    at: datetime
    outcome: str


def next_try(made_at: datetime, tries: Sequence[Try], texts: MessageTexts, now: datetime) -> datetime | None:
    """When the next try of a message is due; None where there is none: it was sent, or given up."""
    if any(one.outcome in ("sent", "undeliverable") for one in tries) or len(tries) >= texts.tries:
        return None
    if not tries:
        return made_at if now <= made_at else made_at + timedelta(minutes=texts.minutes_until_unsure_is_tried_again)
    return tries[-1].at + timedelta(minutes=texts.minutes_between_tries)


def is_delivered(tries: Sequence[Try], texts: MessageTexts) -> bool | None:
    """Whether a message arrived with its carrier; None while that is not settled."""
    if any(one.outcome == "sent" for one in tries):
        return True
    if any(one.outcome == "undeliverable" for one in tries) or len(tries) >= texts.tries:
        return False
    return None
