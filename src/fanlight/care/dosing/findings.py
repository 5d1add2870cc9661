"""What stands against a dose: a doubt or a refusal, said as an answer, in the shape of a rule's answer."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.core.answers import Answer, Missing, Severity
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class DoseFinding:
    """One answer about the arithmetic itself. `id` is the hazard it answers (HAZ-02...) or the rule it stands for (R14).

    `withholds` is True where no figure may be shown at all, because it would be a figure for something else.
    """

    id: str
    answer: Answer
    severity: Severity
    message: str
    missing: tuple[Missing, ...] = ()
    withholds: bool = False

    @property
    def source(self) -> tuple[str, Mark]:
        """Where the check comes from (a source id), and how surely: the house's hazard list, or the source of the rule it stands for."""
        return _SOURCES.get(self.id, ("HAZ", Mark.DEFAULT))

    def as_json(self) -> dict[str, object]:
        """The shape of ``rules[]`` in rule semantics 9."""
        source, mark = self.source
        return {
            "id": self.id,
            "family": "HAZ" if self.id.startswith("HAZ") else self.id[0],
            "stage": "order",
            "answer": self.answer.value,
            "severity": self.severity.name,
            "message": self.message,
            "inputs": {},
            "missing": [{"fact": item.fact, "who": item.who} for item in self.missing],
            "override": None,
            "source": [{"id": source, "mark": mark.value}],
            "mark": mark.value,
            "version": "1",
        }


_SOURCES = {"R14": ("S6", Mark.VERIFIED), "R25": ("RULES", Mark.DEFAULT)}


def danger(finding_id: str, severity: Severity, message: str, *, withholds: bool = False) -> DoseFinding:
    """A danger that is present."""
    return DoseFinding(finding_id, Answer.TRUE, severity, message, (), withholds)


def unknown(
    finding_id: str, message: str, *missing: tuple[str, str], severity: Severity = Severity.HOLD, withholds: bool = False
) -> DoseFinding:
    """Something nobody can say yet, with the facts that would settle it and who can give them."""
    return DoseFinding(finding_id, Answer.UNKNOWN, severity, message, tuple(Missing(fact, who) for fact, who in missing), withholds)
