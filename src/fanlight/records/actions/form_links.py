"""A patient's link to one form: used once, for three days, after the date of birth, which may be tried five times."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from fanlight.records.audit import change, note
from fanlight.records.canonical import sha256
from fanlight.records.models import FormLink, FormLinkEvent, ScaleFinish, ScaleForm, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

LIVES = timedelta(hours=72)
TRIES = 5
"""Source: safety-and-security reference, section 4.2."""
WRONG, OPENED, WITHDRAWN = "wrong", "opened", "withdrawn"


@dataclass(frozen=True, slots=True)
class LinkState:
    """How a link stands: `word` is live, finished, expired, locked or withdrawn."""

    word: str
    tries_left: int
    opened_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it still opens its form."""
        return self.word == "live"


def make_link(*, form: ScaleForm, by: StaffMember, at: datetime) -> FormLink:
    """Make a link to a form; an earlier one of the same form is withdrawn."""
    check_may(by, Permission.RECORD_SCALES, at=at, patient=form.patient)
    with change("make_form_link", at=at, by=by, patient=form.patient, form=form.pk) as entry:
        for earlier in form.links.all():
            if state_of(earlier, at).is_live:
                entry.add(FormLinkEvent(link=earlier, kind=WITHDRAWN, at=at))
        nonce = secrets.token_hex(16)
        link = FormLink(form=form, nonce=nonce, token_hash=sha256(_token(nonce)), made_by=by, made_at=at, expires_at=at + LIVES)
        entry.add(link)
    return link


def withdraw_link(*, link: FormLink, by: StaffMember, at: datetime) -> None:
    """Take a link back: it opens nothing any more."""
    check_may(by, Permission.RECORD_SCALES, at=at, patient=link.form.patient)
    if state_of(link, at).is_live:
        with change("withdraw_form_link", at=at, by=by, patient=link.form.patient, link=link.pk) as entry:
            entry.add(FormLinkEvent(link=link, kind=WITHDRAWN, at=at))


def token_of(link: FormLink) -> str:
    """What stands in the address of a link. It is made, not kept: the database alone does not give it."""
    return _token(link.nonce)


def find_link(token: str) -> FormLink | None:
    """The link of an address, whatever its state; None where there never was one."""
    return FormLink.objects.filter(token_hash=sha256(token)).select_related("form__patient__site", "form__edition").first()


def state_of(link: FormLink, at: datetime) -> LinkState:
    """How a link stands at an instant."""
    events = list(link.events.order_by("pk").values_list("kind", "at"))
    left = TRIES - sum(kind == WRONG for kind, _ in events)
    opened = next((when for kind, when in events if kind == OPENED), None)
    if ScaleFinish.objects.filter(form=link.form_id).exists():
        word = "finished"
    elif any(kind == WITHDRAWN for kind, _ in events):
        word = "withdrawn"
    elif left <= 0:
        word = "locked"
    else:
        word = "live" if at < link.expires_at else "expired"
    return LinkState(word, max(left, 0), opened)


def try_birth_date(*, link: FormLink, given: date | None, at: datetime) -> LinkState:
    """One try at the date of birth; `opened_at` is set only when it was right. A wrong one is counted, and the fifth shuts the link."""
    with transaction.atomic():
        held = FormLink.objects.select_for_update().select_related("form__patient").get(pk=link.pk)
        before = state_of(held, at)
        if not before.is_live:
            return LinkState(before.word, before.tries_left, None)
        is_right = given is not None and hmac.compare_digest(given.isoformat(), held.form.patient.birth_date.isoformat())
        action, kind = ("open_form_link", OPENED) if is_right else ("refused:form_link", WRONG)
        with change(action, at=at, by=None, patient=held.form.patient, link=held.pk) as entry:
            entry.add(FormLinkEvent(link=held, kind=kind, at=at))
        after = state_of(held, at)
        return LinkState(after.word, after.tries_left, at if is_right else None)


def note_shut(*, link: FormLink | None, at: datetime) -> None:
    """A link that opens nothing was tried: on record."""
    note("refused:form_link_shut", at=at, by=None, patient=link.form.patient if link else None, known=link is not None)


def _token(nonce: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"form-link:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode("ascii")
