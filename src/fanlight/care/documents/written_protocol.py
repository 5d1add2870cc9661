"""The written protocol on paper: what inspectors and new staff ask for."""

from __future__ import annotations

from fanlight.care.documents.document import Document, Line, Row, Section, Signature, Table
from fanlight.care.protocols import Entry, ProtocolDocument


def written_protocol(
    written: ProtocolDocument, *, clinic: str, dated: str, text_mark: str, signature: Signature | None, is_sample: bool = False
) -> Document:
    """The protocol as a document: every statement with its source and mark, then what the sources are.

    `text_mark` is the hash of the text; `signature` that of the medical director under exactly this text, or None.
    """
    warnings = []
    if signature is None:
        warnings.append(Line("Not signed at this clinic. No course can begin on this version."))
    if is_sample:
        warnings.append(Line("A sample clinic: its director has signed for the sample. No person is treated by this paper."))
    if written.needs_sign_off:
        taken_on = "the signature below takes them on" if signature else "each waits for the medical director's signature"
        count = "1 statement is" if written.needs_sign_off == 1 else f"{written.needs_sign_off} statements are"
        warnings.append(Line(f"{count} recalled or a default, and marked so (\N{DEGREE SIGN}); {taken_on}."))
    facts = (
        (("Protocol", written.protocol_id), ("Version", written.version)),
        (("Mark of the text", text_mark[:12]), ("Signed", "yes" if signature else "no")),
    )
    return Document(
        id="written_protocol",
        kind="Treatment protocol",
        title=written.title,
        clinic=clinic,
        tagline=f"{written.protocol_id}, version {written.version}",
        dated=dated,
        facts=facts,
        sections=(
            Section("In short", (Line(written.summary),)),
            *(_section(section.title, section.entries, is_signed=signature is not None) for section in written.sections),
            *_sources(written),
        ),
        warnings=tuple(warnings),
        signatures=(signature or Signature("", "medical director"),),
        footer=f"{written.protocol_id} {written.version}, text {text_mark[:12]}. A printed copy may be older than the protocol in force.",
    )


def _section(title: str, entries: tuple[Entry, ...], *, is_signed: bool) -> Section:
    if not any(entry.label or entry.mark for entry in entries):
        return Section(title, tuple(Line(entry.text) for entry in entries), is_list=True)
    rows = tuple(Row((entry.label, entry.text, _basis(entry, is_signed=is_signed))) for entry in entries)
    return Section(title, table=Table(("", "What holds", "Source and mark"), rows, (0, 1, 2)))


def _basis(entry: Entry, *, is_signed: bool) -> str:
    if entry.mark is None:
        return entry.source
    taken_on = "" if not entry.mark.needs_sign_off else "\N{DEGREE SIGN}, signed" if is_signed else "\N{DEGREE SIGN}, needs sign-off"
    return f"{entry.source}, {entry.mark.value}{taken_on}"


def _sources(written: ProtocolDocument) -> tuple[Section, ...]:
    rows = tuple(Row((name, citation)) for name, citation in written.citations)
    return (Section("Sources", table=Table(("", "Where it was read"), rows, (0, 1))),) if rows else ()
