"""The level of a trial's dose in the blood, drawn for everybody: worked out by the curve worker, kept for the life of the process."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from fanlight.content import content_folder, read
from fanlight.science.evidence.public_pages import PublicPage, TeachingCurve, TeachingCurves
from fanlight.web.curve_client import curves
from fanlight.web.pages.expected_course import Panel, panel_of


@dataclass(frozen=True, slots=True)
class TaughtCurve:
    """One curve on the page. `panel` is None while it is being worked out; `reading` is what a pointer along it says."""

    about: TeachingCurve
    panel: Panel | None
    reading: dict[str, Any]


@functools.cache
def teaching_curves() -> TeachingCurves:
    """The content: what is drawn, and the words above it."""
    return read(content_folder() / "evidence" / "curves.yaml", TeachingCurves)


def taught(page: PublicPage, wait_seconds: float) -> list[TaughtCurve]:
    """The curves a page names, in its order."""
    known = {curve.id: curve for curve in teaching_curves().curves}
    return [_taught(known[name], wait_seconds) for name in page.curves]


def _taught(about: TeachingCurve, wait_seconds: float) -> TaughtCurve:
    answer = curves.ask({"shipped": about.case}, wait_seconds)
    if answer is None or "code" in answer:
        return TaughtCurve(about, None, {})
    first = answer["curves"]["curves"][0]
    reading = {name: [round(value, 2) for value in first[name] or ()] for name in ("low", "middle", "high")}
    reading |= {"hours": answer["curves"]["times_h"], "unit": first["unit"]}
    return TaughtCurve(about, panel_of(answer), reading)
