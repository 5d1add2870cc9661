"""The reference part of the manual, made from content and code."""

from __future__ import annotations

from pathlib import Path

from fanlight.cli.reference.clinical_pages import facts_page, protocol_pages, rules_page, scales_page
from fanlight.cli.reference.error_codes import error_codes_page
from fanlight.cli.reference.product_pages import (
    commands_page,
    import_codes_page,
    roles_page,
    session_states_drawing,
    session_states_page,
)
from fanlight.cli.reference.rule_cases import rule_cases_page


def reference_pages(house: Path | None = None) -> dict[str, str]:
    """Every generated file of the manual by its path within ``docs/reference``.

    `house` is the folder that holds the manual and the tests (default: the one this runs from); its tables of rule cases become a page.
    """
    from fanlight.cli import COMMANDS
    from fanlight.records.library import library

    shelf = library()
    return {
        **protocol_pages(shelf),
        "rules.md": rules_page(shelf),
        "rule-cases.md": rule_cases_page((house or Path(__file__).resolve().parents[4]) / "tests" / "spec" / "rules"),
        "facts.md": facts_page(shelf),
        "scales.md": scales_page(),
        "import-codes.md": import_codes_page(shelf),
        "commands.md": commands_page(COMMANDS),
        "session-states.md": session_states_page(),
        "session-states.svg": session_states_drawing(),
        "roles.md": roles_page(),
        "error-codes.md": error_codes_page(),
    }
