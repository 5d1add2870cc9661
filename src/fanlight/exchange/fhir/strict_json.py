"""JSON as FHIR means it: exact decimals, no NaN, no key twice, every fault in plain words.

The values are decoded by the standard library's scanner; this module adds what it leaves out, and finds where a
value ends even when it is broken, so that the rest of a document can still be read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fanlight.exchange.fhir.limits import DEFAULT_LIMITS, Limits

_BLANKS = re.compile(r"[ \t\n\r]*")
_STRUCTURE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)


class BrokenJSONError(Exception):
    """A text that is not JSON at `position`, or that ends too early (`is_cut`). Never leaves this room."""

    def __init__(self, reason: str, position: int, *, is_cut: bool = False) -> None:
        self.reason = reason
        self.position = position
        self.is_cut = is_cut
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A value, where it ends in the text, and what is wrong with it though it could be read."""

    value: Any
    end: int
    faults: tuple[str, ...]


class StrictDecoder:
    """Decodes values out of one text, one after another."""

    def __init__(self, text: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.text = text
        self.limits = limits
        self._faults: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=self._decimal,
            parse_int=self._integer,
            parse_constant=self._constant,
            strict=True,
        )

    def skip_blanks(self, position: int) -> int:
        """The first position from here on that is not a blank."""
        return _BLANKS.match(self.text, position).end()  # type: ignore[union-attr]

    def value_at(self, position: int) -> Decoded:
        """The value that starts exactly here; `BrokenJSONError` where it cannot be read."""
        self._faults = []
        try:
            value, end = self._decoder.raw_decode(self.text, position)
        except json.JSONDecodeError as problem:
            is_cut = end_of_value(self.text, position) is None
            reason = "the text ends in the middle" if is_cut else f"{_lowered(problem.msg)} at character {problem.pos}"
            raise BrokenJSONError(reason, problem.pos, is_cut=is_cut) from None
        except StopIteration:  # raw_decode at the end of the text
            raise BrokenJSONError("the text ends in the middle", position, is_cut=True) from None
        except RecursionError:
            raise BrokenJSONError(f"it is nested deeper than {self.limits.depth} levels", position) from None
        return Decoded(value, end, tuple(self._faults))

    def key_at(self, position: int) -> tuple[str, int]:
        """The key of an object that starts here, and where its value starts."""
        if self.text[position : position + 1] != '"':
            is_cut = position >= len(self.text)
            raise BrokenJSONError("the text ends in the middle" if is_cut else "a key was expected", position, is_cut=is_cut)
        key = self.value_at(position)
        colon = self.skip_blanks(key.end)
        if self.text[colon : colon + 1] != ":":
            is_cut = colon >= len(self.text)
            raise BrokenJSONError("the text ends in the middle" if is_cut else "a colon was expected", colon, is_cut=is_cut)
        return str(key.value), self.skip_blanks(colon + 1)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            twice = sorted(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
            self._faults.append(f"{', '.join(key[:40] for key in twice)} stands twice in one object")
        return made

    def _decimal(self, text: str) -> Decimal:
        if len(text) > self.limits.number_characters:
            self._faults.append(f"a number has more than {self.limits.number_characters} characters")
            return Decimal(0)
        number = Decimal(text)
        if abs(number.adjusted()) > self.limits.number_characters:
            self._faults.append(f"the number {text} is beyond any measurement")
        return number

    def _integer(self, text: str) -> int:
        if len(text) > self.limits.number_characters:
            self._faults.append(f"a number has more than {self.limits.number_characters} characters")
            return 0
        return int(text)

    def _constant(self, text: str) -> None:
        self._faults.append(f"{text} is not a number")


def end_of_value(text: str, start: int) -> int | None:
    """Where the object or array that starts here ends by its brackets alone; None when the text ends first.

    Brackets within strings do not count. For a broken object this is where reading can go on.
    """
    depth = 0
    for token in _STRUCTURE.finditer(text, start):
        first = token.group(0)[0]
        if first == '"':
            if len(token.group(0)) == 1:
                return None
            if depth == 0:
                return token.end()
        elif first in "{[":
            depth += 1
        else:
            depth -= 1
            if depth <= 0:
                return token.end()
    return None


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
