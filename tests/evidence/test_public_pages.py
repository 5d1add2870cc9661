"""The public part: open to all, harms on every page, all claims shown, nothing from elsewhere, readable, and whole on a disk."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.html import escape

from fanlight.cli import main
from fanlight.content import content_folder
from fanlight.records import clock
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.public_pages import PageFact, PublicPage
from fanlight.science.evidence.tables import Certainty
from fanlight.science.evidence.text_check import check_text, sentences
from fanlight.web.evidence.library import answered, evidence
from fanlight.web.evidence.static_site import write_site

SLUGS = [page.slug for page in evidence().pages]
ADDRESSES = [
    "/evidence/",
    "/evidence/read/",
    "/evidence/tables/",
    "/evidence/studies/",
    "/evidence/check/",
    "/evidence/decide/",
    *(f"/evidence/{s}/" for s in SLUGS),
]


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_HOST="localhost")


class Links(HTMLParser):
    """Every address a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)


def links_of(html: str) -> Links:
    parser = Links()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_open_to_a_stranger_and_loads_nothing_from_elsewhere(visitor, address):
    answer = visitor.get(address)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert links_of(html).headings.count("h1") == 1
    assert [link for link in links_of(html).found if link.startswith(("http", "//"))] == []
    assert "style=" not in html
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("slug", SLUGS)
def test_every_page_shows_harms_and_its_own_sentences_pass_the_checker(visitor, slug):
    html = visitor.get(f"/evidence/{slug}/").content.decode()
    page = next(page for page in evidence().pages if page.slug == slug)
    assert evidence().harms.not_counted[page.not_counted].strip()[:30] in html
    told = "\n\n".join(
        [page.sentence, *(fact.say for group in (page.known, page.for_whom, page.how_long, page.not_known) for fact in group)]
    )
    assert [(m.rule, m.sentence) for m in check_text(told, evidence().text_rules)] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_patient_pages_are_written_in_short_sentences(slug):
    """A rough guard for a reading age of about 12: on average under 19 words a sentence, none above 45."""
    page = next(page for page in evidence().pages if page.slug == slug)
    text = "\n\n".join(
        [page.sentence, *(fact.say for group in (page.known, page.for_whom, page.how_long, page.not_known) for fact in group)]
    )
    lengths = [len(sentence.split()) for sentence, _ in sentences(text)]
    assert not lengths or (sum(lengths) / len(lengths) < 19 and max(lengths) <= 45)


def test_a_page_without_harms_or_words_cannot_be_built():
    with pytest.raises(EvidenceError, match="names no harms"):
        PublicPage("x", "X", "x", (), (), "", (), (), (), (), (), sentence="It helps.")
    fact = PageFact("It helps.", Certainty.LOW, "x")
    with pytest.raises(EvidenceError, match="how sure"):
        PublicPage("x", "X", "x", (), (), "ketamine", (fact,), (), (), (), (), sentence="It helps.")
    with pytest.raises(EvidenceError, match="says nothing"):
        PublicPage("x", "X", "x", (), (), "ketamine", (), (), (), (), ())


def test_no_benefit_stands_without_its_grade_and_its_harms(visitor):
    """Wherever a pooled sentence is shown, certainty, who is counted and harms are on the same page; the index and previews hold none."""
    base = evidence()
    today = clock.now().date()
    told = {name: str(escape(base.statement(answered(name, today)).sentence)) for name in base.questions}
    for address in ADDRESSES:
        html = visitor.get(address).content.decode()
        if any(sentence in html for sentence in told.values()):
            assert "Certainty:" in html
            assert "Counted:" in html
            assert "Harms, of 100" in html or "Harms as people out of 100" in html
    assert not any(sentence in visitor.get("/evidence/").content.decode() for sentence in told.values())
    for slug in SLUGS:
        preview = re.search(r'name="description" content="([^"]*)"', visitor.get(f"/evidence/{slug}/").content.decode())
        assert preview is not None
        assert not re.search(r"\d+ of 100", preview[1])


def test_all_131_claims_stand_on_one_page_with_their_verdicts(visitor):
    html = visitor.get("/evidence/read/").content.decode()
    assert sorted(set(re.findall(r'id="(C\d{3})"', html))) == [f"C{n:03d}" for n in range(1, 132)]
    for name in ("supported: 34", "partly: 36", "overstated: 24", "miscited: 10", "unverifiable: 27"):
        assert name in html
    only = visitor.get("/evidence/read/?verdict=miscited").content.decode()
    assert len(set(re.findall(r'id="(C\d{3})"', only))) == 10


def test_the_depression_page_prints_the_numbers_of_its_pool(visitor):
    html = visitor.get("/evidence/depression/").content.decode()
    for piece in (
        "38 of 100",
        "52 of 100",
        "(40 to 68)",
        "1.38 (1.06 to 1.80)",
        "(0.96 to 1.98)",
        "only people still seen at that time are counted",
    ):
        assert piece in html
    assert "its numbers are recalled, not verified" in html


def test_null_results_stand_where_they_belong(visitor):
    html = visitor.get("/evidence/depression/").content.decode()
    for trial in ("KARMA-Dep-2", "TRANSFORM-3", "TRD2005", "Lii 2023", "SUSTAIN-1"):
        assert trial in html


def test_a_leaflet_is_checked_and_not_kept(visitor):
    assert 'content="same-origin"' in visitor.get("/evidence/check/").content.decode()  # a form without an origin is refused
    answer = visitor.post("/evidence/check/", {"text": "Ketamine cures depression.\nPlease bring a friend."})
    html = answer.content.decode()
    assert "1 sentence says more than is known" in html
    assert "Say instead" in html
    clean = visitor.post("/evidence/check/", {"text": "Please bring a friend."}).content.decode()
    assert "That is no approval" in clean
    assert "the box was empty" in visitor.post("/evidence/check/", {"text": ""}).content.decode()


def test_decide_together_shows_both_sides_and_what_is_not_known(visitor):
    html = visitor.get("/evidence/decide/").content.decode()
    today = clock.now().date()
    for choice in evidence().choices.choices:
        found = answered(choice.question, today)
        assert str(escape(evidence().statement(found).sentence)) in html
        assert f"{found.people.control} of 100" in html
        assert f"{found.people.treated} of 100" in html
    assert "What is not known" in html


def test_consent_paragraphs_give_the_numbers_of_the_tables():
    """A hundred in a consent text is typed once more by hand; it must stay what the tables give."""
    folder = content_folder() / "consents"
    today = clock.now().date()
    ect = answered("ketamine_v_ect_three_weeks_response", today).people
    relapse = next(row for row in evidence().base.studies if row.row_id == "S022")
    known = {
        "racemic_ketamine_off_label": {ect.treated, ect.control},
        "esketamine_treatment": {
            round(100 * relapse.events_arm1 / relapse.total_arm1),
            round(100 * relapse.events_arm2 / relapse.total_arm2),
        },
    }
    for name, numbers in known.items():
        told = {int(n) for n in re.findall(r"(\d+) of 100 ", (folder / f"{name}.yaml").read_text(encoding="utf-8"))}
        assert told == numbers, name


def test_an_unknown_page_is_not_found_and_the_map_lists_all(visitor):
    assert visitor.get("/evidence/nothing/").status_code == 404
    listed = visitor.get("/evidence/sitemap.xml").content.decode()
    assert listed.count("<loc>") == len(ADDRESSES)


def test_the_static_site_is_whole(tmp_path):
    written = write_site(tmp_path)
    pages = [path for path in written if path.suffix == ".html"]
    assert len(pages) == len(SLUGS) + 5
    for path in pages:
        for link in links_of(path.read_text(encoding="utf-8")).found:
            if link.startswith("#"):
                continue
            assert not link.startswith(("http", "/")), link
            assert (path.parent / link).resolve().is_file(), (path, link)


def test_the_site_command(tmp_path, capsys):
    assert main(["evidence", "site", str(tmp_path / "site")]) == 0
    assert (tmp_path / "site" / "depression" / "index.html").is_file()
    assert "open" in capsys.readouterr().out
