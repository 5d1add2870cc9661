"""Who may be one person: a table of cases, read beside each other, and the index that asks no pair twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.exchange.likeness import Identity, Likenesses, grounds, is_near, letters

BORN = date(1985, 2, 3)
SAME = "the same name and birth date"
CASES = [
    # family, given, born, telephone, numbers | the same five of the other | grounds
    (("Moreau", "Anna", BORN), ("Moreau", "Anna", BORN), (SAME,)),
    (("O'Dell", "Ada", BORN), ("ODELL", "ada", BORN), (SAME,)),
    (("Müller", "Jörg", BORN), ("Muller", "Jorg", BORN), (SAME,)),
    (("Weiß", "Eva", BORN), ("Weiss", "Eva", BORN), (SAME,)),
    (("Moreau", "Anna Marie", BORN), ("Moreau", "Anna", BORN), (SAME,)),
    (("Moreau", "A", BORN), ("Moreau", "Anna", BORN), (SAME,)),
    (("Moreau", "", BORN), ("Moreau", "Anna", BORN), (SAME,)),
    (("Moreau", "Anna", BORN), ("Anna", "Moreau", BORN), ("family and given names exchanged, the same birth date",)),
    (("Moreau", "Anna", BORN), ("Moreua", "Anna", BORN), ("a near family name, the same birth date",)),
    (("Moreau", "Anna", BORN), ("Morau", "Anna", BORN), ("a near family name, the same birth date",)),
    (("Moreau", "Anna", BORN), ("Moreau", "Hanna", BORN), ("a near given name, the same birth date",)),
    (("Moreau", "Anna", date(1985, 2, 3)), ("Moreau", "Anna", date(1985, 3, 2)), ("the same name, a near birth date",)),
    (("Moreau", "Anna", date(1985, 2, 3)), ("Moreau", "Anna", date(1986, 2, 3)), ("the same name, a near birth date",)),
    (("Moreau", "Anna", date(1985, 2, 3)), ("Moreau", "Anna", date(1986, 2, 4)), ()),
    (("Moreau", "Anna", BORN), ("Moreau", "Anton", BORN), ()),  # twins are two people
    (("Moreau", "Anna", BORN), ("Smith", "Anna", BORN), ()),
    (("Moreau", "", date(1985, 2, 3)), ("Moreau", "", date(1986, 2, 3)), ()),  # nothing but a family name
    (("Li", "Wei", BORN), ("Lu", "Wei", BORN), ()),
    (("Moreau", "Anna", BORN), ("Moreau", "Anna", date(1950, 1, 1)), ()),
    (("عادلة", "A", BORN), ("عادلة", "A", BORN), (SAME,)),
]


@pytest.mark.parametrize(("one", "other", "why"), CASES)
def test_the_table(one, other, why):
    left, right = Identity(1, *one), Identity(2, *other)
    assert grounds(left, right) == why
    assert grounds(right, left) == why


def test_a_number_of_one_sender_says_it_and_of_two_senders_does_not():
    one = Identity(1, "Moreau", "Anna", BORN, numbers=frozenset({("north", "17")}))
    married = Identity(2, "Smith", "Anna", date(1986, 1, 1), numbers=frozenset({("north", "17")}))
    other = Identity(3, "Smith", "Joan", date(1950, 1, 1), numbers=frozenset({("south", "17")}))
    assert grounds(one, married) == ("the same number",)
    assert grounds(one, other) == ()


def test_a_telephone_alone_says_nothing_a_household_shares_it():
    one = Identity(1, "Moreau", "Anna", BORN, "+1 555 010 1234")
    assert grounds(one, Identity(2, "Moreau", "Paul", date(1980, 1, 1), "5550101234")) == ()
    assert grounds(one, Identity(3, "Moreau", "Anna", BORN, "(555) 010-1234")) == (SAME, "the same telephone")
    assert grounds(one, Identity(4, "Moreau", "Anna", BORN, "0000")) == (SAME,)


names = st.text(st.characters(codec="ascii", categories=["Lu", "Ll"]), min_size=1, max_size=6)
people = st.lists(st.tuples(names, names, st.dates(date(1985, 1, 1), date(1985, 2, 10))), min_size=2, max_size=12)


@given(people)
def test_the_index_finds_what_comparing_each_with_each_finds(rows):
    everybody = [Identity(at, *row) for at, row in enumerate(rows)]
    index = Likenesses(everybody)
    for person in everybody:
        slow = {other.key for other in everybody if other.key != person.key and grounds(person, other)}
        assert {other.key for other, _ in index.like(person)} == slow


@given(names, names)
def test_near_is_symmetrical_and_never_the_same(one, other):
    assert is_near(letters(one), letters(other)) == is_near(letters(other), letters(one))
    assert not is_near(one, one)


@given(st.dates(date(1920, 1, 1), date(2020, 1, 1)), st.integers(30, 300))
def test_days_far_apart_are_not_near_unless_one_digit_or_exchanged(day, apart):
    other = day + timedelta(days=apart)
    differ = sum(a != b for a, b in zip(day.isoformat(), other.isoformat(), strict=True))
    swapped = day.year == other.year and (day.month, day.day) == (other.day, other.month)
    found = grounds(Identity(1, "Moreau", "Anna", day), Identity(2, "Moreau", "Anna", other))
    assert bool(found) == (differ == 1 or swapped)


CROWDED = st.lists(
    st.tuples(
        st.text("aeln", min_size=0, max_size=5),
        st.sampled_from(["", "Ann", "Anna", "Aen", "B", "Bo", "Nal"]),
        st.sampled_from(["", "2025550"]),
    ),
    min_size=52,
    max_size=70,
)


@given(CROWDED)
def test_in_a_crowd_of_one_birth_date_the_index_finds_what_comparing_each_with_each_finds(names):
    born = date(1900, 1, 1)
    people = [Identity(key, family, given_names, born, phone) for key, (family, given_names, phone) in enumerate(names)]
    index = Likenesses(people[:-3])
    index.like(people[0])  # the crowd is sorted here; whoever comes later is sorted into it
    for late in people[-3:]:
        index.add(late)
    for one in people:
        assert {other.key for other, _ in index.like(one)} == {other.key for other in people if other is not one and grounds(one, other)}


def test_many_people_under_one_placeholder_date_are_not_compared_each_with_each(monkeypatch):
    from fanlight.exchange import likeness

    asked = [0]

    def counting(one, other):
        asked[0] += 1
        return grounds(one, other)

    monkeypatch.setattr(likeness, "grounds", counting)
    index = Likenesses()
    for n in range(3000):
        person = Identity(n, f"Abel{n:05}", "Ann", date(1900, 1, 1))
        index.like(person)
        index.add(person)
    assert asked[0] < 3000 * 100
