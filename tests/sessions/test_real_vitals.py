"""Real monitor series through the alerts: zeros are leads off, not readings; a crisis is still a crisis.

Data: MIT-LCP sample numerics and PhysioNet Challenge 2012, read beside the repository and never copied into it. These are
intensive-care patients, sicker than anybody here: they try the machinery, not the limits.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from chair import Chair, at, iv_plan
from fanlight.care.sessions import alerts, dump_event, fold, parse_event
from fanlight.core.session_plan import Measure

IV = iv_plan()
pytestmark = pytest.mark.shared_data
FIELDS = {"hr": "heart_rate_per_min", "resp": "respiratory_rate_per_min", "spo2": "spo2_percent"}


def sat_in_the_chair() -> Chair:
    chair = Chair()
    chair.say("checked_in", 0)
    chair.say("pre_dose_check", 0)
    chair.say("dose_given", 0, mg="36")
    return chair


def monitor(path: Path, rows: int) -> Chair:
    chair = sat_in_the_chair()
    for number, row in enumerate(csv.DictReader(path.open(encoding="utf-8"))):
        if number >= rows:
            break
        values = {FIELDS[name]: row[name] for name in FIELDS if row.get(name)}
        pressure = ("nbpsys", "nbpdias") if row.get("nbpsys") else ("abpsys", "abpdias")
        if row.get(pressure[0]) and row.get(pressure[1]):
            values |= {"systolic_mmhg": row[pressure[0]], "diastolic_mmhg": row[pressure[1]]}
        if values:
            chair.say("vitals", 1 + number, read_by="monitor", **values)
    return chair


@pytest.mark.parametrize("name", ["s00001_numerics_1min.csv", "s25047_numerics_1min.csv"])
def test_zeros_are_never_readings(shared_data: Path, name: str) -> None:
    chair = monitor(shared_data / "mimic-numerics" / name, 240)
    state = fold(chair.events, IV)
    zeros = [reading for values in state.readings.values() for reading in values if reading.value == 0]
    assert zeros, "the series has leads off"
    assert not any(reading.is_signal for reading in zeros)
    found = alerts(state, IV, at(300))
    limit_ids = {limit.id for limit in IV.limits}
    dead = {reading.entry.id for reading in zeros}
    for alert in found:
        if alert.id.split(":")[0] in limit_ids:
            real = {reading.entry.id for reading in state.readings[alert.measure] if reading.is_signal}  # type: ignore[index]
            assert set(alert.event_ids) <= real
    assert [alert for alert in found if alert.id.startswith("no_signal:") and set(alert.event_ids) <= dead]


def test_each_loss_of_signal_calls_for_the_probe_and_ends_with_the_next_reading(shared_data: Path) -> None:
    chair = monitor(shared_data / "mimic-numerics" / "s25047_numerics_1min.csv", 72)
    state = fold(chair.events, IV)
    lost = [alert for alert in alerts(state, IV, at(100)) if alert.id.startswith("no_signal:spo2")]
    assert lost
    for alert in lost:
        after = [r for r in state.readings[Measure.SPO2_PERCENT] if r.at > alert.last_at and r.is_signal]
        assert alert.is_open is not bool(after)


def test_the_same_alerts_as_counting_by_hand(shared_data: Path) -> None:
    """The slow twin: walk the saturation minute by minute and open or close one episode."""
    chair = monitor(shared_data / "mimic-numerics" / "s00001_numerics_1min.csv", 400)
    state = fold(chair.events, IV)
    limit = next(limit for limit in IV.limits if limit.id == "spo2_stop")
    episodes, inside = 0, True
    for row in csv.DictReader((shared_data / "mimic-numerics" / "s00001_numerics_1min.csv").open(encoding="utf-8")):
        if int(row["minute"]) >= 400:
            break
        text = row["spo2"]
        if not text or Decimal(text) == 0:
            continue
        if Decimal(text) <= limit.value and inside:
            episodes, inside = episodes + 1, False
        elif Decimal(text) > limit.value:
            inside = True
    found = [alert for alert in alerts(state, IV, at(500)) if alert.id.startswith("spo2_stop:")]
    assert len(found) == episodes
    assert bool([alert for alert in found if alert.is_open]) is not inside


def test_two_hundred_stays_tell_artefact_from_crisis(shared_data: Path) -> None:
    """Impossible values in the file never pass for well; every true low saturation is a stop."""
    wanted = {"SaO2": "spo2_percent", "HR": "heart_rate_per_min", "RespRate": "respiratory_rate_per_min"}
    stays: dict[str, list[tuple[int, str, str]]] = {}
    with (shared_data / "icu-vitals-2012" / "vitals_long.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["parameter"] in wanted:
                stays.setdefault(row["record_id"], []).append((int(row["minute"]), wanted[row["parameter"]], row["value"]))
            if len(stays) > 200:
                break
    stays = {name: values for name, values in stays.items() if any(field == "spo2_percent" for _, field, _ in values)}
    stops = 0
    for readings in stays.values():
        chair = sat_in_the_chair()
        for minute, field, text in readings:
            chair.say("vitals", 1 + minute, read_by="monitor", **{field: text})
        state = fold(chair.events, IV)
        low = [r for r in state.readings.get(Measure.SPO2_PERCENT, ()) if r.is_signal and r.value <= 90]
        found = [alert for alert in alerts(state, IV, at(3000)) if alert.id.startswith("spo2_stop:")]
        assert bool(found) is bool(low)
        stops += bool(found)
    assert len(stays) > 40
    assert stops


def test_the_series_comes_back_from_its_stored_form(shared_data: Path) -> None:
    chair = monitor(shared_data / "mimic-numerics" / "s25047_numerics_1min.csv", 72)
    again = [parse_event(dump_event(event)) for event in chair.events]
    assert fold(again, IV) == fold(chair.events, IV)
