"""What a document says that the stream does not: who the patient is, which clinic, which order, who the people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo

from fanlight.core.instants import age_on


@dataclass(frozen=True, slots=True)
class SessionHeader:
    """Names and circumstances of one session, from the record. A field left blank is printed as "not recorded".

    `people` gives a name for each staff identifier, `products` for each product's.
    `needs_sign_off`: the protocol version is not signed here.
    `withheld` leaves out what a reader may not see (a blinded dose).
    """

    clinic: str
    patient: str
    record: str
    reference: str
    number: int
    protocol: str
    zone: tzinfo = UTC
    tagline: str = "Interventional psychiatry"
    born: date | None = None
    sex: str = ""
    of_sessions: int | None = None
    allergies: str = ""
    indication: str = ""
    consent: str = ""
    on_site: str = ""
    phone: str = ""
    crisis_phone: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    next_session_at: datetime | None = None
    therapy_at: datetime | None = None
    therapist: str = ""
    needs_sign_off: bool = False
    is_sample: bool = False

    def name(self, person: str | None) -> str:
        """A staff member's name, or their identifier where no name is given."""
        if person is None:
            return "nobody"
        return self.people.get(person, person)

    def product(self, id: str) -> str:
        """A product's name as on its label, or its identifier where it is not known."""
        return self.products.get(id, id)

    def clock(self, moment: datetime) -> str:
        """24-hour wall clock at the clinic."""
        return moment.astimezone(self.zone).strftime("%H:%M")

    def day(self, moment: datetime) -> str:
        """Date at the clinic with its weekday: "Thu 12 Nov 2026"."""
        local = moment.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b %Y}"

    def birth(self, moment: datetime) -> str:
        """Birth date and completed years at the time of the session."""
        if self.born is None:
            return "not recorded"
        years = age_on(self.born, moment.astimezone(self.zone).date())
        return f"{self.born.day} {self.born:%b %Y}, {years} y"

    @property
    def session(self) -> str:
        """ "session 4 of 6"."""
        return f"session {self.number}" + (f" of {self.of_sessions}" if self.of_sessions else "")
