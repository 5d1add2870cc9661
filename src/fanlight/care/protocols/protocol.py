"""A treatment protocol: what is given to whom, how much, how often, how it is watched, and on what basis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fanlight.care.protocols.cited import Cited, Statement
from fanlight.care.protocols.follow_up import FollowUp
from fanlight.care.protocols.gates import HomeUse, TrialGate, YouthGate
from fanlight.care.protocols.monitoring import Discharge, Monitoring
from fanlight.care.protocols.phases import Phase
from fanlight.core.session_plan import Drug, Route
from fanlight.core.sources import Mark


class LabelStatus(StrEnum):
    """What the label of the jurisdiction says about this use."""

    LABELLED = "labelled"
    OFF_LABEL = "off_label"
    INVESTIGATIONAL = "investigational"


@dataclass(frozen=True, slots=True)
class Indication:
    """For whom a protocol is meant: its sentence, the definitions one of which must hold, and how strong the evidence is."""

    text: str
    status: LabelStatus
    evidence_level: str
    mark: Mark
    source: str = ""
    definition_ids: tuple[str, ...] = ()
    evidence: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Completed years, both ends included; None where a source names no cap."""

    minimum: Cited
    maximum: Cited | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A limit this protocol is held to in place of a rule's default, with its own source (rule-semantics 5)."""

    rule: str
    parameter: str
    value: Cited


class WeightBasis(StrEnum):
    """Which weight a dose per kg is counted on."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Protocol:
    """One treatment protocol, whole: nothing that a session is held to stands outside the file it was read from.

    `emergencies` say what to do at once, `rescue` what may be at hand: both are listed for people to choose from, never chosen here.
    `silent` lists what the sources do not say, in sentences; such gaps are shown, never filled. `enabled_by_default` is False
    for what a site must turn on first (home use). `jurisdictions` are US, EU, UK, CA, AU, NZ; `use` is what it treats (trd, mdsi,
    ptsd, alcohol_use, pain, kap, trial, youth_trial); `setting` is clinic, inpatient or home.
    """

    id: str
    version: str
    title: str
    summary: str
    drug: Drug
    route: Route
    use: str
    jurisdictions: tuple[str, ...]
    indication: Indication
    age: AgeBand
    phases: tuple[Phase, ...]
    monitoring: Monitoring
    discharge: Discharge
    follow_up: FollowUp
    consents: tuple[str, ...]
    products: tuple[str, ...]
    source_ids: tuple[str, ...]
    reference_ids: tuple[str, ...] = ()
    weight_basis: WeightBasis | None = None
    ceilings: tuple[Ceiling, ...] = ()
    requirements: tuple[Statement, ...] = ()
    instructions: tuple[Statement, ...] = ()
    emergencies: tuple[Statement, ...] = ()
    rescue: tuple[Statement, ...] = ()
    home: HomeUse | None = None
    trial: TrialGate | None = None
    youth: YouthGate | None = None
    setting: str = "clinic"
    enabled_by_default: bool = True
    silent: tuple[str, ...] = ()

    @property
    def off_label(self) -> bool:
        """True where no label of the jurisdiction carries this use."""
        return self.indication.status is not LabelStatus.LABELLED

    def phase(self, phase_id: str) -> Phase | None:
        """The phase with this id, or None."""
        return next((phase for phase in self.phases if phase.id == phase_id), None)

    def phase_of_session(self, number: int) -> Phase | None:
        """The phase that the nth session of a course (from 1) falls in, counting phases in order; None past a closed end."""
        left = number
        for phase in self.phases:
            if phase.optional:
                continue
            count = phase.session_count
            if count is None or left <= count:
                return phase if left >= 1 else None
            left -= count
        return None

    def iter_phase_ids(self) -> Iterator[str]:
        """Ids of the phases in order."""
        return (phase.id for phase in self.phases)
