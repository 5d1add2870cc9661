"""Plots beside their tables, exchange formats there and back, and the commands as a person types them."""

import csv
import io
import json
import re
from datetime import date
from xml.etree import ElementTree

import bcg
import numpy as np
import pytest
from pypdf import PdfReader

from fanlight.cli import main
from fanlight.cli.evidence_plots import standing_alone
from fanlight.core.errors import FanlightError, InputError
from fanlight.records.evidence_base import load_evidence
from fanlight.science.evidence import effect_sizes, pool
from fanlight.science.evidence.drawing import Scale, minus, ratio_ticks, round_ticks
from fanlight.science.evidence.fhir_r5 import evidence_bundle
from fanlight.science.evidence.forest import forest_of, forest_table, merge_groups
from fanlight.science.evidence.forest_drawing import forest_svg, phone_forest_svg
from fanlight.science.evidence.metapsy import read_metapsy, write_metapsy
from fanlight.science.evidence.network import NetworkStudy, network
from fanlight.science.evidence.other_plots import network_svg, people_pair
from fanlight.science.evidence.plots import draw, other_plots

TODAY = date(2026, 11, 21)
FOUR_WEEKS = "ketamine_or_esketamine_four_weeks_response"


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def four_weeks(evidence):
    return evidence.answer(FOUR_WEEKS, TODAY)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]


def test_the_forest_prints_what_its_table_prints(four_weeks, evidence):
    for result in (four_weeks, *evidence.answers(TODAY).values()):
        forest = forest_of(result)
        for drawn in (texts(forest_svg(forest)), texts(phone_forest_svg(forest))):
            for row in forest_table(forest)[1:]:
                assert row[4] in drawn


def test_the_forest_says_its_finding_in_its_label_and_holds_no_style(four_weeks):
    svg = forest_svg(forest_of(four_weeks))
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"].startswith("4 studies. Pooled risk ratio 1.38 (1.06 to 1.80)")
    assert "style" not in svg


def test_boxes_stand_where_the_effects_are_and_grow_with_the_weights(four_weeks):
    svg = forest_svg(forest_of(four_weeks))
    boxes = [
        (float(e.attrib["x"]) + float(e.attrib["width"]) / 2, float(e.attrib["width"]))
        for e in ElementTree.fromstring(svg).iter()
        if e.tag.endswith("rect") and e.attrib.get("class") == "box"
    ]
    assert np.argsort([x for x, _ in boxes]).tolist() == np.argsort(four_weeks.y).tolist()
    assert np.argsort([w for _, w in boxes]).tolist() == np.argsort(four_weeks.pooled.weights).tolist()


@pytest.mark.parametrize("kind", ["forest", "funnel", "cumulative", "baujat", "labbe", "people"])
def test_every_plot_is_well_formed_and_labelled(four_weeks, kind):
    root = ElementTree.fromstring(standing_alone(draw(four_weeks, kind), 180))
    assert len(root.attrib["aria-label"]) > 20
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize(("size", "width_mm"), [("phone", 90), ("page", 180), ("poster", 800)])
def test_a_plot_is_made_for_a_phone_a_page_or_a_poster(tmp_path, size, width_mm):
    svg, pdf = tmp_path / "plot.svg", tmp_path / "plot.pdf"
    for out in (svg, pdf):
        assert main(["evidence", "plot", FOUR_WEEKS, "--out", str(out), "--size", size]) == 0
    assert ElementTree.fromstring(svg.read_text()).attrib["width"] == f"{width_mm}mm"
    page = PdfReader(pdf).pages[0].mediabox
    assert float(page.width) / 72 * 25.4 == pytest.approx(width_mm + 16, abs=0.5)
    wide = float(ElementTree.fromstring(svg.read_text()).attrib["viewBox"].split()[2])
    assert (wide < 400) is (size == "phone")


def test_a_size_nobody_knows_is_refused(tmp_path, capsys):
    assert main(["evidence", "plot", FOUR_WEEKS, "--out", str(tmp_path / "plot.svg"), "--size", "stamp"]) != 0
    assert "phone, page, poster" in capsys.readouterr().err


def test_every_line_of_the_phone_forest_fits_its_width(four_weeks, evidence):
    for result in (four_weeks, *evidence.answers(TODAY).values()):
        root = ElementTree.fromstring(phone_forest_svg(forest_of(result)))
        for line in (element for element in root.iter() if element.tag.endswith("text")):
            wide = 8.2 if "t-l" in line.attrib.get("class", "") else 6.6
            assert len(line.text or "") * wide <= 366, line.text


def test_plots_that_need_more_than_there_is_say_so(evidence):
    lone = evidence.answer("ketamine_v_placebo_24_h_response", TODAY)
    with pytest.raises(FanlightError, match="two or more pooled"):
        draw(lone, "funnel")
    with pytest.raises(FanlightError, match="not about risks"):
        draw(evidence.answer("psilocybin_v_control_score", TODAY), "people")
    assert "not pooled" in forest_of(lone).label
    assert "No eligible study" in forest_of(evidence.answer("ketamine_v_midazolam_7_days_response", TODAY)).label


def test_subgroups_share_one_forest_without_an_overall_diamond(four_weeks):
    one = forest_of(four_weeks)
    both = forest_svg(merge_groups([("Spray", one), ("Drip", one)], "Two groups."))
    assert both.count('class="diamond"') == 2
    assert {"Spray", "Drip"} <= set(texts(both))


def test_a_hundred_people_are_a_hundred(four_weeks):
    left, right = people_pair(four_weeks.people, "respond")
    for svg, a, b in ((left, 38, 0), (right, 38, 14)):
        heads = re.findall(r'<circle class="(person[^"]*)"', svg)
        assert len(heads) == 100
        assert (heads.count("person-a"), heads.count("person-b")) == (a, b)


def test_the_network_draws_each_treatment_and_each_count():
    studies = [NetworkStudy("1", ("A", "B"), (0.1,), ((0.1,),)), NetworkStudy("2", ("B", "C"), (0.2,), ((0.1,),))]
    drawn = texts(network_svg(network(studies), "Three treatments."))
    assert {"A", "B", "C"} <= set(drawn)
    assert drawn.count("1") == 2


def test_names_with_markup_are_escaped():
    studies = [NetworkStudy("1", ("<b>", "A & B"), (0.1,), ((0.1,),))]
    drawn = network_svg(network(studies), "<x>")
    assert "&lt;b&gt;" in drawn
    assert {"<b>", "A & B"} <= set(texts(drawn))


def test_scales_and_ticks():
    scale = Scale(0, 10, 100, 200)
    assert (scale.at(5), scale.at(-3), scale.holds(11)) == (150, 100, False)
    assert round_ticks(-1.0, 1.0) == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [round(float(np.exp(t)), 2) for t in ratio_ticks(np.log(0.4), np.log(3.5))] == [0.5, 0.67, 1.0, 1.5, 2.0, 3.0]
    assert (minus(-0.5), minus(-0.001)) == ("−0.50", "0.00")


def test_fhir_says_what_it_is_derived_from_and_carries_both_intervals(evidence, four_weeks):
    bundle = evidence_bundle(four_weeks, evidence.statement(four_weeks))
    resource = bundle["entry"][0]["resource"]
    assert resource["resourceType"] == "Evidence"
    assert all("R5" in entry["resource"]["meta"]["tag"][0]["display"] for entry in bundle["entry"])
    ranges = {e["type"]["text"]: e["range"] for e in resource["statistic"][0]["attributeEstimate"] if "range" in e}
    assert ranges["confidence interval"]["low"]["value"] == pytest.approx(np.exp(four_weeks.pooled.ci[0]), abs=1e-5)
    assert ranges["prediction interval"]["high"]["value"] == pytest.approx(np.exp(four_weeks.pooled.pi[1]), abs=1e-5)
    assert resource["certainty"][0]["rating"]["coding"][0]["code"] == "low"
    assert "Harms:" in resource["description"]
    nothing = evidence.answer("ketamine_v_midazolam_7_days_response", TODAY)
    assert "statistic" not in evidence_bundle(nothing, evidence.statement(nothing))["entry"][0]["resource"]
    json.dumps(bundle, allow_nan=False)


def test_metapsy_there_and_back(evidence):
    rows = [row for row in evidence.base.studies if row.has_counts or row.has_means]
    back = read_metapsy(write_metapsy(evidence.base.studies))
    assert len(back) == len(rows)
    for row, read in zip(rows, back, strict=True):
        expected = (row.events_arm1, row.total_arm1) if row.has_counts else (row.n_mean_arm1, row.mean_arm1, row.sd_arm1)
        assert read.arm1 == pytest.approx(expected, rel=1e-5)


@pytest.mark.shared_data
def test_the_metapsy_data_file_with_decimal_commas_is_read(shared_data):
    rows = read_metapsy((shared_data / "meta-psilocybin-depression" / "data.csv").read_text(encoding="utf-8-sig"))
    assert len(rows) == 220
    first = rows[1]
    assert (first.study, first.arm1, first.time_days, first.is_primary) == ("Back 2024", (15, 6.33, 6.72), 28, True)
    assert sum(row.kind == "events" for row in rows) == 81


def test_a_table_that_is_not_metapsy_is_refused():
    with pytest.raises(InputError, match="column missing"):
        read_metapsy("a,b\n1,2\n")
    with pytest.raises(InputError, match="is not a number"):
        read_metapsy("study,condition_arm1,condition_arm2,outcome_type,n_arm1\nX,a,b,msd,many\n")


@pytest.fixture
def bcg_file(tmp_path):
    file = tmp_path / "bcg.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["study", "ai", "bi", "ci", "di", "ablat", "alloc"])
        writer.writerows([f"trial {i}", *row[:6]] for i, row in enumerate(bcg.ROWS))
    return file


def test_pool_prints_what_metafor_prints(bcg_file, capsys):
    assert main(["pool", str(bcg_file), "--measure", "RR"]) == 0
    told = capsys.readouterr().out
    for piece in (
        "tau2 0.3132 (SE 0.1664)",
        "0.1197 to 1.1115",
        "I2 92.22 %",
        "H2 12.86",
        "Q 152.2330 on 12",
        "estimate -0.7145",
        "se 0.1798",
    ):
        assert piece in told
    assert "as a risk ratio: 0.4894" in told


def test_pool_as_json_is_the_same_numbers_and_valid(bcg_file, capsys):
    assert main(["pool", str(bcg_file), "--measure", "RR", "--test", "knha", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    fit = pool(*effect_sizes("RR", **bcg.CELLS), test="knha")
    assert values["estimate"] == fit.estimate
    assert values["ci"] == list(fit.ci)
    assert values["pi_rule"] == fit.pi_rule
    assert values["converged"] is True


@pytest.mark.parametrize(
    ("options", "piece"),
    [
        (["--moderator", "ablat"], "QM(1) = 16.35"),
        (["--moderator", "ablat", "--moderator", "alloc"], "alloc: systematic"),
        (["--subgroup", "alloc"], "between subgroups: Q"),
        (["--cluster", "alloc"], "cluster-robust (CR2)"),
        (["--method", "MH"], "estimate -0.4537"),
        (["--method", "Peto"], "estimate -0.4744"),
    ],
)
def test_pool_does_what_is_asked(bcg_file, capsys, options, piece):
    assert main(["pool", str(bcg_file), "--measure", "RR", *options]) == 0
    assert piece in capsys.readouterr().out


def test_pool_refuses_in_words(bcg_file, tmp_path, capsys):
    assert main(["pool", str(bcg_file), "--measure", "XX"]) == 1
    assert "FAN-EVID-003" in capsys.readouterr().err
    assert main(["pool", str(bcg_file), "--measure", "RR", "--moderator", "dose"]) == 1
    assert "no column 'dose'" in capsys.readouterr().err
    assert main(["pool", str(tmp_path / "none.csv"), "--measure", "RR"]) == 1
    assert "FAN-EVID-036" in capsys.readouterr().err
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("ai,n1i,ci,n2i\n12,10,1,10\n3,10,x,10\n")
    assert main(["pool", str(wrong), "--measure", "RR"]) == 1
    assert "'x' is not a number" in capsys.readouterr().err


def test_lint_command_passes_on_the_shipped_tables(capsys):
    assert main(["evidence", "lint"]) == 0
    assert "0 to look at" in capsys.readouterr().out


def test_lint_command_fails_on_a_broken_folder(tmp_path, capsys, evidence):
    import shutil

    from fanlight.content import content_folder

    folder = tmp_path / "evidence"
    shutil.copytree(content_folder() / "evidence", folder)
    table = folder / "studies.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    rows[41]["ci_lb"], rows[41]["ci_ub"] = "1.0", "11.16"
    with table.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["evidence", "lint", "--folder", str(folder)]) == 1
    assert "E07  S042" in capsys.readouterr().out


def test_check_text_command(tmp_path, capsys):
    leaflet = tmp_path / "leaflet.md"
    leaflet.write_text("Ketamine cures depression.\n")
    assert main(["evidence", "check-text", str(leaflet)]) == 1
    assert "say instead" in capsys.readouterr().out
    leaflet.write_text("Please bring a friend.\n")
    assert main(["evidence", "check-text", str(leaflet)]) == 0
    assert "no approval" in capsys.readouterr().out


def test_answers_are_kept_by_date_and_compared(tmp_path, capsys):
    for day in ("2026-11-21", "2026-12-21"):
        assert main(["evidence", "answer", FOUR_WEEKS, "--on", day, "--keep", str(tmp_path)]) == 0
    assert "Since 2026-11-21: the same studies; the estimate stays at 1.38." in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / FOUR_WEEKS).iterdir()) == ["2026-11-21.json", "2026-12-21.json"]


def test_claims_plot_and_export_commands(tmp_path, capsys):
    assert main(["evidence", "claims", "--verdict", "miscited", "--on", "2026-11-21"]) == 0
    assert "131" not in capsys.readouterr().err
    assert main(["evidence", "plot", FOUR_WEEKS, "--out", str(tmp_path / "f.svg")]) == 0
    assert (tmp_path / "f.svg").read_text().startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert main(["evidence", "plot", FOUR_WEEKS, "--kind", "people", "--out", str(tmp_path / "p.pdf")]) == 0
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    capsys.readouterr()
    for what in ("studies", "syntheses", "claims", "metapsy"):
        assert main(["evidence", "export", what]) == 0
    assert main(["evidence", "export", "fhir", "--question", FOUR_WEEKS]) == 0
    assert main(["evidence", "export", "nothing"]) == 1


def test_plots_beside_the_forest_are_those_there_is_enough_for(evidence, four_weeks):
    assert [name for name, _, _ in other_plots(four_weeks)] == ["funnel", "cumulative", "baujat", "labbe"]
    assert [name for name, _, _ in other_plots(evidence.answer("psilocybin_v_control_score", TODAY))] == ["funnel", "cumulative", "baujat"]
    assert other_plots(evidence.answer("ketamine_v_placebo_24_h_response", TODAY)) == []


def test_sensitivity_is_printed_on_request(bcg_file, capsys):
    assert main(["pool", str(bcg_file), "--measure", "RR", "--sensitivity"]) == 0
    told = capsys.readouterr().out
    for piece in (
        "without trial 0",
        "Egger: t -1.4013 on 11",
        "Begg: tau 0.0256, p 0.9524",
        "trim and fill: 1 on the right",
        "selection model",
    ):
        assert piece in told


def test_a_network_from_a_table_of_arms(tmp_path, capsys):
    file = tmp_path / "arms.csv"
    file.write_text("study,treatment,events,total\n1,A,10,50\n1,B,20,50\n2,B,12,40\n2,C,18,40\n3,A,8,45\n3,C,21,44\n")
    assert main(["evidence", "network", str(file), "--measure", "OR", "--larger-is-better", "--plot", str(tmp_path / "net.svg")]) == 0
    assert "net.svg" in (told := capsys.readouterr().out)
    assert (tmp_path / "net.svg").read_text().startswith("<svg")
    assert "between designs" in told
    assert told.index("C ") < told.index("A ")
    file.write_text("study,treatment,events,total\n1,A,10,50\n1,B,20,50\n2,C,12,40\n2,D,18,40\n")
    assert main(["evidence", "network", str(file), "--measure", "OR"]) == 1
    assert "no study links" in capsys.readouterr().err
