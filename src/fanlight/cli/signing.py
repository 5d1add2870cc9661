"""Signing a protocol from the command line: read it, look for contradictions, say what is taken on, prove who signs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fanlight.care.protocols import Protocol


def sign_from_here(protocol_id: str, site_code: str, username: str, overlay: str, data: str) -> int:
    """Sign the text in force for one clinic. 1, saying why, where it may not be signed."""
    from fanlight.care.protocols import errors, lint
    from fanlight.cli.django_start import choose_data, start_django
    from fanlight.cli.shelf import protocol_named, shelf_with
    from fanlight.records.library import library

    shelf = shelf_with(library(), overlay)
    found = protocol_named(shelf, protocol_id)
    contradictions = errors(lint(found, shelf.lint_against))
    if contradictions:
        _complain(f"FAN-COURSE-010  {found.id} {found.version} cannot be signed yet:")
        _complain("\n".join(f"  {fault}" for fault in contradictions))
        return 1
    choose_data(data)
    start_django()
    from fanlight.records.actions.courses import SIGNATURE_MEANING, current_signature, sign_protocol
    from fanlight.records.clock import now
    from fanlight.records.models import Site
    from fanlight.records.signing import confirm_identity

    site = Site.objects.filter(code=site_code).first()
    if site is None:
        codes = ", ".join(Site.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        _complain(f"FAN-SITE-005  There is no clinic with the code {site_code!r} here. Clinics: {codes}.")
        return 1
    earlier = current_signature(site, found.id, shelf)
    if earlier is not None:
        _say(f"{found.id} {found.version} is signed already, by {earlier.signed_by.name}, {earlier.signed_at:%Y-%m-%d %H:%M} UTC.")
        return 0
    _say(f"{found.title} ({found.id} {found.version}), for {site.name}")
    _say_what_is_taken_on(found)
    password, code = _password_and_code(username)
    at = now()
    by = confirm_identity(username=username, password=password, code=code, site=site, at=at)
    signature = sign_protocol(site=site, protocol_id=found.id, library=shelf, by=by, at=at)
    _say(f"Signed by {by.name}, {at:%Y-%m-%d %H:%M} UTC: {SIGNATURE_MEANING}.")
    _say(f"The mark of the text: {signature.content_hash[:12]}. A server started before this text was written must be started again.")
    return 0


def _say_what_is_taken_on(found: Protocol) -> None:
    from fanlight.care.protocols import protocol_document

    waiting = [entry for entry in protocol_document(found).entries() if entry.mark is not None and entry.mark.needs_sign_off]
    if not waiting:
        return
    count = "1 statement is" if len(waiting) == 1 else f"{len(waiting)} statements are"
    _say(f"{count} recalled or a default. The signature takes them on:")
    for entry in waiting:
        _say(f"  {f'{entry.label}: ' if entry.label else ''}{entry.text}  [{entry.source}, {entry.mark.value if entry.mark else ''}]")


def _password_and_code(username: str) -> tuple[str, str]:
    from django.conf import settings

    def ask(what: str) -> str:
        return str(typer.prompt(what, hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")

    return ask(f"Password of {username}"), ask("One-time code") if settings.MFA_IS_REQUIRED else ""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
