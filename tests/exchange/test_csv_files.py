"""Delimited files: what a spreadsheet may write, what is asked, and what each cell may say. Tables a clinician can read."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.exchange.csv_files import (
    Choice,
    Mapping,
    check_mapping,
    columns_of,
    guarded,
    mapping_from,
    mapping_json,
    read_row,
    read_table,
    targets_of,
)
from fanlight.exchange.csv_files.days import is_two_ways, look_at_days, read_day
from fanlight.exchange.csv_files.text import CsvError
from fanlight.records.library import library

TODAY = date(2026, 11, 21)
HEAD = "Number,Surname,First name,DOB,Weight"


def row_of(text: str, *choices: Choice, source: str = "north"):
    table = read_table(text.encode())
    mapping = Mapping(source, choices or WHOLE)
    content = library()
    targets = targets_of(content.facts)
    assert check_mapping(mapping, targets, table.columns) == []
    places = {name: at for at, name in enumerate(table.columns)}
    suspect = frozenset(
        c.column for c in mapping.choices if targets[c.target].kind == "day" and look_at_days(table.cells(c.column)).suspect
    )
    return [
        read_row(row, places, mapping, targets, content.facts, content.csv_words, today=TODAY, suspect_days=suspect) for row in table.rows
    ]


WHOLE = (
    Choice("Number", "number"),
    Choice("Surname", "family_name"),
    Choice("First name", "given_names"),
    Choice("DOB", "birth_date", day_format="iso"),
    Choice("Weight", "weight_kg", unit="kg"),
)


@pytest.mark.parametrize(
    ("how", "content"),
    [
        ("plain", "a,b\nÅsa,1\n".encode()),
        ("byte order mark", "\ufeffa,b\nÅsa,1\n".encode()),
        ("semicolons", "a;b\nÅsa;1\n".encode()),
        ("tabs", "a\tb\nÅsa\t1\n".encode()),
        ("bars", "a|b\nÅsa|1\n".encode()),
        ("UTF-16 with a mark", "a,b\nÅsa,1\n".encode("utf-16")),
        ("UTF-16 without", "a,b\nÅsa,1\n".encode("utf-16-le")),
        ("UTF-16 the other way", "a,b\nÅsa,1\n".encode("utf-16-be")),
        ("Windows-1252", "a,b\nÅsa,1\n".encode("cp1252")),
        ("Windows line ends", "a,b\r\nÅsa,1\r\n".encode()),
        ("empty rows about", "\n\na,b\n\n,\nÅsa,1\n\n".encode()),
    ],
)
def test_every_way_a_spreadsheet_saves(how, content):
    table = read_table(content)
    assert table.columns == ("a", "b")
    assert [row.cells for row in table.rows] == [("Åsa", "1")]


def test_an_encoding_that_is_not_sure_is_said():
    assert "Windows-1252" in read_table("a,b\nÅsa,1\n".encode("cp1252")).notes[0]
    assert read_table("a,b\nÅsa,1\n".encode()).notes == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "001"),
        (b" \n ", "001"),
        (b",,\n,,\n", "001"),
        (b"PK\x03\x04abc", "004"),
        (b"a,b\n\x00\x01\x00,2", "004"),
        (b'a,b\n"x,2\n', "005"),
    ],
)
def test_what_is_no_table_is_said_in_words(content, code):
    with pytest.raises(CsvError) as found:
        read_table(content)
    assert found.value.code == f"FAN-CSV-{code}"


def test_a_quote_with_a_line_break_is_one_cell_and_rows_keep_a_spreadsheets_number():
    table = read_table(b'name,note\nA,"two\nlines"\n\nB,"a ""word"""\n')
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("A", "two\nlines")), (4, ("B", 'a "word"'))]
    assert table.empty_rows == 1


def test_three_hundred_columns_and_a_name_given_twice():
    heads = [f"c{at}" for at in range(298)] + ["c0", ""]
    table = read_table((",".join(heads) + "\n" + ",".join("1" for _ in heads) + "\n").encode())
    assert len(table.columns) == 299  # an unnamed last column is only a comma too many
    assert table.columns[298] == "c0 (2)"
    assert "c0" in table.notes[0]


def test_a_row_with_too_many_cells_is_refused_and_a_short_one_is_filled():
    long, short = read_table(b"a,b\n1,2,3\n1\n").rows
    assert "3 cells for 2 columns" in long.fault
    assert short.cells == ("1", "")
    assert not short.fault


@pytest.mark.parametrize(
    ("values", "fits", "mixed"),
    [
        (["1980-05-06"], ("iso",), False),
        (["21.11.1980", "03.04.1980"], ("dmy",), False),
        (["11/21/1980", "03/04/1980"], ("mdy",), False),
        (["03/04/1980", "05/06/1981"], ("dmy", "mdy"), False),
        (["21/11/1980", "11/22/1980", "03/04/1980"], (), True),
        (["1980-05-06", "21/11/1980"], (), True),
        (["21 Nov 1980", "November 3, 1981"], ("named",), False),
        (["19801121"], ("compact",), False),
    ],
)
def test_which_formats_a_column_of_days_can_have(values, fits, mixed):
    found = look_at_days(enumerate(values, start=2))
    assert (found.fits, found.is_mixed) == (fits, mixed)


def test_a_two_digit_year_fits_nothing():
    found = look_at_days([(2, "03/04/80")])
    assert (found.fits, found.unreadable, found.short_years) == ((), 1, 1)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_written_day_first_reads_back_and_is_two_ways_only_up_to_the_twelfth(day):
    text = f"{day.day:02d}/{day.month:02d}/{day.year}"
    assert read_day(text, "dmy") == day
    assert is_two_ways(text) == (day.day <= 12 and day.day != day.month)


def test_in_a_column_of_two_formats_what_can_be_read_both_ways_is_refused():
    text = "Surname,DOB\nAbel,21/11/1980\nBell,11/22/1980\nCole,03/04/1980\nDale,05/05/1980\n"
    choices = (Choice("Surname", "family_name"), Choice("DOB", "birth_date", day_format="dmy"))
    rows = row_of(text, *choices)
    assert [row.birth_date for row in rows] == [date(1980, 11, 21), None, None, date(1980, 5, 5)]
    assert "two date formats" in rows[2].faults[0].reason
    assert "month, day, year" in rows[1].faults[0].reason


@pytest.mark.parametrize(
    ("cell", "unit", "kg"),
    [
        ("70", "kg", "70"),
        ("154", "[lb_av]", "69.85322498"),
        ("154 lb", "in the cells", "69.85322498"),
        ("70 kg", "in the cells", "70"),
        ("70.50", "kg", "70.50"),
    ],
)
def test_pounds_and_kilograms_are_converted_exactly(cell, unit, kg):
    choices = (*WHOLE[:4], Choice("Weight", "weight_kg", unit=unit))
    (row,) = row_of(f"{HEAD}\n1,Abel,A,1980-05-06,{cell}\n", *choices)
    assert row.facts[0].value == Decimal(kg)


@pytest.mark.parametrize(
    ("cell", "unit", "reason"),
    [
        ("154 lb", "kg", "another unit"),
        ("154", "in the cells", "carries no unit"),
        ("11 stone", "kg", "unit is not known"),
        ('"72,4"', "kg", "comma"),
        ("700", "kg", "outside 25 to 350"),
        ("heavy", "kg", "not a plain decimal"),
        ("NaN", "kg", "not a plain decimal"),
        ("7e1", "kg", "unit is not known"),
    ],
)
def test_a_weight_that_could_mean_something_else_is_refused(cell, unit, reason):
    choices = (*WHOLE[:4], Choice("Weight", "weight_kg", unit=unit))
    (row,) = row_of(f"{HEAD}\n1,Abel,A,1980-05-06,{cell}\n", *choices)
    assert not row.facts
    assert reason in row.faults[0].reason


def test_a_decimal_comma_is_read_where_the_mapping_says_so():
    choices = (*WHOLE[:4], Choice("Weight", "weight_kg", unit="kg", decimal=","))
    (row,) = row_of(f'{HEAD}\n1,Abel,A,1980-05-06,"72,4"\n', *choices)
    assert row.facts[0].value == Decimal("72.4")


def test_every_fault_of_a_row_at_once_with_its_column_and_without_its_words():
    (row,) = row_of(f"{HEAD}\n1,,A,31/12/1980,fat Aunt Mabel\n")
    assert [(fault.row, fault.column) for fault in row.faults] == [(2, "DOB"), (2, "Weight"), (2, "Surname")]
    assert not any("Mabel" in fault.reason for fault in row.faults)


def test_a_formula_in_a_name_is_a_name():
    (row,) = row_of(f'{HEAD}\n1,"=HYPERLINK(""x"")",@sum,1980-05-06,\n')
    assert (row.family_name, row.given_names) == ('=HYPERLINK("x")', "@sum")
    assert row.facts == ()  # an empty weight says nothing


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Moreau", "Moreau"),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-3", "'-3"),
        (-3, "-3"),
        (Decimal("-0.5"), "-0.5"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ('"=1', "'\"=1"),
        ("＝1+1", "'＝1+1"),
        ("", ""),
        ("O'Dell", "O'Dell"),
    ],
)
def test_a_cell_we_write_is_never_run(cell, written):
    assert guarded(cell) == written


def test_yes_and_no_are_read_and_one_and_nought_are_asked():
    text = "Surname,DOB,Epilepsy\nA,1980-05-06,Yes\nB,1980-05-06,no\nC,1980-05-06,1\nD,1980-05-06,\n"
    base = (Choice("Surname", "family_name"), Choice("DOB", "birth_date", day_format="iso"))
    rows = row_of(text, *base, Choice("Epilepsy", "seizure_disorder"))
    assert [[fact.value for fact in row.facts] for row in rows] == [[True], [False], [], []]
    assert "neither yes nor no" in rows[2].faults[0].reason
    assert not rows[3].faults
    rows = row_of(text, *base, Choice("Epilepsy", "seizure_disorder", words={"1": "yes"}))
    assert [fact.value for fact in rows[2].facts] == [True]


def test_no_known_allergies_is_not_believed_and_a_list_is_parted():
    text = 'Surname,DOB,Allergies\nA,1980-05-06,NKDA\nB,1980-05-06,"latex; penicillin\nnuts"\n'
    rows = row_of(text, Choice("Surname", "family_name"), Choice("DOB", "birth_date", day_format="iso"), Choice("Allergies", "allergy"))
    assert rows[0].facts == ()
    assert rows[0].not_believed == ("Allergies",)
    assert [fact.value for fact in rows[1].facts] == ["latex", "penicillin", "nuts"]


def test_a_head_suggests_and_a_unit_is_never_suggested():
    table = read_table(b"MRN;Last Name;DOB;Body weight;Meds;Shoe size\n1;A;03.04.1980;154;x;42\n")
    found = columns_of(table, targets_of(library().facts), library().csv_words)
    assert [column.suggested for column in found] == ["number", "family_name", "birth_date", "weight_kg", "medications", ""]
    assert found[2].days.fits == ("dmy", "mdy")


def test_a_mapping_says_everything_it_leaves_open_at_once():
    columns = ("Surname", "DOB", "Weight", "Kilos")
    mapping = Mapping(
        "", (Choice("DOB", "birth_date"), Choice("Weight", "weight_kg"), Choice("Kilos", "weight_kg", unit="kg"), Choice("X", "phone"))
    )
    faults = check_mapping(mapping, targets_of(library().facts), columns)
    assert {(fault.path, fault.reason.split()[0]) for fault in faults} == {
        ("", "No"),
        ("", "The"),
        ("DOB", "How"),
        ("Weight", "Its"),
        ("Kilos", "is"),
        ("X", "is"),
    }


def test_a_mapping_is_kept_whole_and_rubbish_is_no_mapping():
    mapping = Mapping("north", (Choice("a", "seizure_disorder", words={"1": "yes"}), Choice("w", "weight_kg", unit="[lb_av]", decimal=",")))
    assert mapping_from(mapping_json(mapping)) == mapping
    for rubbish in ({}, {"source": "x", "columns": [3]}, {"source": "x", "columns": [{"column": "a"}]}):
        with pytest.raises(ValueError, match="not a mapping"):
            mapping_from(rubbish)


@given(
    st.lists(
        st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12), min_size=3, max_size=3), min_size=1, max_size=8
    )
)
def test_whatever_is_written_is_read_back(cells):
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b", "c"], *cells])
    table = read_table(out.getvalue().encode())
    assert [row.cells for row in table.rows] == [tuple(cell.strip() for cell in row) for row in cells if any(cell.strip() for cell in row)]


@pytest.mark.parametrize(
    ("cell", "day", "reason"),
    [
        ("21.11.1980", date(1980, 11, 21), ""),
        ("11/21/1980", date(1980, 11, 21), ""),
        ("1980-11-21", date(1980, 11, 21), ""),
        ("21 Nov 1980", date(1980, 11, 21), ""),
        ("05/05/1980", date(1980, 5, 5), ""),
        ("03/04/1980", None, "it can be two days"),
        ("31/31/1980", None, "the calendar has no such day"),
        ("spring", None, "no day in any way"),
        ("03/04/80", None, "century"),
    ],
)
def test_a_column_of_more_than_one_format_gives_every_day_that_can_only_be_one(cell, day, reason):
    choices = (Choice("Surname", "family_name"), Choice("DOB", "birth_date", day_format="each"))
    (row, *_) = row_of(f"Surname,DOB\nAbel,{cell}\nBell,21/11/1980\nCole,11/22/1980\n", *choices)
    assert row.birth_date == day
    assert reason in "".join(fault.reason for fault in row.faults)
    assert bool(row.faults) == bool(reason)


def test_a_cell_in_pounds_under_a_column_of_kilograms_says_what_to_choose():
    choices = (Choice("Surname", "family_name"), Choice("DOB", "birth_date", day_format="iso"), Choice("W", "weight_kg", unit="kg"))
    (row,) = row_of("Surname,DOB,W\nAbel,1980-11-21,154 lb\n", *choices)
    assert "choose that each cell says its own" in row.faults[0].reason
