import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.onboarding.plan import Ref, make_plan
from smartdairy_iot.onboarding.table import Row, Table
from smartdairy_iot.tests.pure.onboarding_builders import (
    GREEN,
    HILL,
    device,
    known,
    plan,
    problems,
)


def test_headers_are_taken_whatever_their_case_and_spaces():
    for header in (
        "Device ID,Device Type",
        "device_id,device_type",
        " DEVICE  id , Devicetype",
    ):
        made = plan(f"{header}\nT-1,Temperature Sensor")
        assert problems(made) == []
        assert made.items[0].values["device_type"] == "temperature"


def test_headers_and_choices_may_be_in_the_language_of_the_user():
    made = plan(
        "Geräte-Nr,Device Type\nT-1,gateway", headers={"Geräte-Nr": "device_id"}
    )
    assert made.items[0].title == "T-1"


def test_a_header_that_is_nearly_one_of_ours_is_not_passed_over():
    made = plan("Device ID,Frm,Tnak\nT-1,GREEN,x")
    assert problems(made) == [
        (1, None, "misspelt_column"),
        (1, None, "misspelt_column"),
    ]
    assert [p.values["nearest"] for p in made.problems] == ["Farm", "Tank"]


def test_a_column_that_means_nothing_to_us_is_named():
    made = plan("Device ID,Device Type,Colour of the box\nT-1,gateway,red")
    assert (made.ignored, problems(made)) == (["Colour of the box"], [])


def test_a_file_without_a_key_is_refused_for_a_second_import_would_double_it():
    assert problems(plan("Name,Farm\nx,GREEN")) == [(1, None, "no_key_column")]
    made = plan("Device ID,Serial,Device Type\n,,gateway\n,S-1,gateway")
    assert problems(made) == [(2, "device_id", "no_key")]


def test_the_same_file_again_changes_nothing():
    text = "Device ID,Device Type,Farm,Tank\nT-1,temperature,green,tank 1"
    first = plan(text)
    assert [(i.kind, i.values["tank"]) for i in first.items] == [("create", 11)]
    there = device(7, "T-1", farm=GREEN, tank=11)
    again = plan(text, there)
    assert [(i.kind, i.device) for i in again.items] == [("unchanged", 7)]


def test_a_device_is_found_by_its_serial_number_when_no_id_is_given():
    there = device(7, "T-1", serial_number="S-1", farm=GREEN)
    made = plan("Serial,Farm\nS-1,HILL", there)
    assert [(i.kind, i.device, i.values) for i in made.items] == [
        ("update", 7, {"farm": HILL})
    ]


def test_an_empty_cell_leaves_what_is_there():
    there = device(7, "T-1", farm=GREEN, tank=11, manufacturer="Acme")
    made = plan("Device ID,Farm,Tank,Manufacturer\nT-1,,,", there)
    assert made.items[0].kind == "unchanged"


def test_doubles_within_the_file_name_both_rows():
    made = plan(
        """Device ID,Serial,Device Type
        T-1,S-1,temperature
        T-1,S-2,temperature
        T-2,S-1,temperature
        t-1,S-4,temperature"""
    )
    assert problems(made) == [
        (3, "device_id", "twice"),
        (4, "serial_number", "twice"),
        (5, "device_id", "case_twin_row"),
    ]
    assert [p.values["first"] for p in made.problems] == [2, 2, 2]


def test_what_another_device_has_is_not_taken():
    there = device(7, "T-1", serial_number="S-1")
    made = plan(
        """Device ID,Serial,Device Type
        T-2,S-1,temperature
        t-1,,temperature
        X-1,,temperature
        T-4,S-9,temperature""",
        there,
        device_id={"X-1"},
        serial_number={"S-9"},
    )
    assert problems(made) == [
        (2, "serial_number", "serial_taken"),
        (3, "device_id", "case_twin"),
        (4, "device_id", "device_id_unseen"),
        (5, "serial_number", "serial_unseen"),
    ]


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("Device ID", "a/b", "device_id"),
        ("Device ID", "-x", "device_id"),
        ("Device ID", "x" * 51, "device_id"),
        ("Serial", "4.71123E+11", "shortened_number"),
        ("Serial", "4,71E+11", "shortened_number"),
        ("Offline After (s)", "0", "seconds"),
        ("Offline After (s)", "5 min", "seconds"),
        ("Offline After (s)", "99999999999", "seconds"),
        ("Offline After (s)", "²", "seconds"),
        ("Location", "a\x00b", "control_character"),
        ("Location", "x" * 501, "too_long"),
        ("Device Type", "themperature", "choice"),
        ("Farm", "Gren Valley Dairy", "unknown_farm"),
        ("Farm", "twin farm", "ambiguous"),
        ("Device Profile", "Cheap thermometr", "unknown_profile"),
        ("Tags", "north, soth", "unknown_tags"),
        ("Gateway", "GW-9", "unknown_gateway"),
    ],
)
def test_a_bad_cell_is_told_once_with_its_row_and_column(column, text, kind):
    columns = {"Device ID": "T-1", "Device Type": "temperature", column: text}
    table = Table(Row(1, tuple(columns)), [Row(5, tuple(columns.values()))], "", "")
    made = make_plan(table, known())
    assert [(p.row, p.kind) for p in made.problems] == [(5, kind)]
    assert made.items == []


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    made = plan(
        """Device ID,Serial,Device Type,Farm,Tank
        T-1,S-1,temperature,GREEN,
        T-2,S-1,tmprtr,GREEN,Tank 9"""
    )
    assert problems(made) == [
        (3, "device_type", "choice"),
        (3, "serial_number", "twice"),
        (3, "tank", "unknown_tank"),
    ]


def test_choices_are_named_as_the_screens_name_them():
    made = plan("Device ID,Device Type,Farm\nT-1,thermometer,GREEN")
    (problem,) = made.problems
    labels = known().choices["device_type"].values()
    assert problem.values["choices"] == ", ".join(labels)


def test_the_nearest_name_is_suggested():
    made = plan("Device ID,Device Type,Farm\nT-1,Temprature,Gren Valley")
    assert [p.values["nearest"] for p in made.problems] == [
        "temperature",
        "Green Valley Dairy",
    ]


def test_an_ambiguous_farm_is_told_with_the_codes_that_tell_them_apart():
    made = plan("Device ID,Device Type,Farm\nT-1,gateway,Twin Farm\nT-2,gateway,TW2")
    assert [p.values["codes"] for p in made.problems] == ["TW1, TW2"]
    assert made.items[0].values["farm"] == 4


def test_a_tank_is_looked_for_on_the_farm_of_the_row():
    made = plan(
        """Device ID,Device Type,Farm,Tank
        T-1,temperature,HILL,Tank 1
        T-2,temperature,HILL,Tank 2
        T-3,temperature,,Tank 1"""
    )
    assert made.items[0].values["tank"] == 13
    assert problems(made) == [(3, "tank", "unknown_tank"), (4, "tank", "no_farm")]


def test_a_device_that_moves_leaves_its_tank_and_may_not_leave_its_gateway():
    gateway = device(1, "GW-1", "gateway", farm=GREEN)
    alone = device(7, "T-1", farm=GREEN, tank=11)
    child = device(8, "T-2", farm=GREEN, gateway=1)
    made = plan("Device ID,Farm\nT-1,HILL\nT-2,HILL", gateway, alone, child)
    assert made.items[0].values == {"farm": HILL, "tank": None}
    assert problems(made) == [(3, "gateway", "gateway_stays")]


def test_a_gateway_and_its_children_may_stand_in_any_order():
    made = plan(
        """Device ID,Device Type,Farm,Gateway,Channel,Device Profile
        T-1,temperature,,P-1,1,
        T-2,temperature,,Big gateway,,
        P-1,,,GW-1,,Four probes
        GW-1,gateway,HILL,,,""".replace(
            "Device Profile", "Device Profile,Name"
        ).replace("GW-1,gateway,HILL,,,", "GW-1,gateway,HILL,,,,Big gateway")
    )
    assert problems(made) == []
    assert [[i.title for i in level] for level in made.levels()] == [
        ["GW-1"],
        ["T-2", "P-1"],
        ["T-1"],
    ]
    assert made.items[0].values["gateway"] == Ref(4)
    assert {item.values["farm"] for item in made.items} == {HILL}, "their gateway's"


def test_what_cannot_publish_for_others_is_no_gateway():
    there = device(1, "T-0")
    made = plan(
        """Device ID,Device Type,Gateway
        T-1,temperature,T-0
        T-2,temperature,T-2
        P-1,gateway,P-2
        P-2,gateway,P-1""",
        there,
    )
    assert problems(made) == [
        (2, "gateway", "no_gateway"),
        (3, "gateway", "own_gateway"),
        (4, "gateway", "gateway_circle"),
        (5, "gateway", "gateway_circle"),
    ]


def test_a_retired_gateway_gets_no_new_children():
    there = device(1, "GW-1", "gateway", state="retired", farm=GREEN)
    made = plan("Device ID,Device Type,Gateway\nT-1,temperature,GW-1", there)
    assert problems(made) == [(2, "gateway", "gateway_retired")]


def test_a_gateway_of_another_farm_is_refused():
    there = device(1, "GW-1", "gateway", farm=GREEN)
    made = plan("Device ID,Device Type,Farm,Gateway\nT-1,temperature,HILL,GW-1", there)
    assert problems(made) == [(2, "gateway", "gateway_farm")]


def test_each_farm_may_have_a_gateway_of_the_same_name():
    one = device(1, "GW-1", "gateway", farm=GREEN)
    other = device(2, "GW-2", "gateway", farm=HILL)
    for gateway in (one, other):
        gateway.values["name"] = "Parlour gateway"
    text = "Device ID,Device Type,Farm,Gateway\nT-1,temperature,{},parlour gateway"
    assert plan(text.format("HILL"), one, other).items[0].values["gateway"] == 2
    made = plan(text.format(""), one, other)
    assert problems(made) == [(2, "gateway", "ambiguous_gateway")]


def test_a_device_on_no_farm_is_refused_where_it_needs_one():
    table = Table(
        Row(1, ("Device ID", "Device Type", "Farm")),
        [Row(2, ("T-1", "gateway", "")), Row(3, ("T-2", "gateway", "HILL"))],
        *("", ""),
    )
    made = make_plan(table, known(), needs_farm=True)
    assert problems(made) == [(2, "farm", "farm_needed")]


def test_a_channel_is_one_devices_only():
    gateway = device(1, "GW-1", "gateway")
    there = device(2, "T-0", gateway=1, channel="1")
    made = plan(
        """Device ID,Device Type,Gateway,Channel
        T-1,temperature,GW-1,1
        T-2,temperature,GW-1,2
        T-3,temperature,GW-1,2""",
        gateway,
        there,
    )
    assert problems(made) == [(2, "channel", "channel_taken"), (4, "channel", "twice")]


def test_the_type_comes_from_the_profile_and_must_fit_it():
    made = plan(
        """Device ID,Device Type,Device Profile
        T-1,,cheap thermometer
        T-2,milk_meter,Cheap thermometer
        T-3,,"""
    )
    assert made.items[0].values["device_type"] == "temperature"
    assert problems(made) == [
        (3, "profile", "profile_type"),
        (4, "device_type", "no_type"),
    ]


def test_the_type_of_a_registered_device_is_not_changed():
    text = "Device ID,Device Type\nT-1,milk_meter"
    assert problems(plan(text, device(7, "T-1"))) == []
    active = device(7, "T-1", state="active")
    assert problems(plan(text, active)) == [(2, "device_type", "fixed")]


def test_a_retired_device_is_left_alone():
    made = plan("Device ID,Farm\nT-1,HILL", device(7, "T-1", state="retired"))
    assert [(i.kind, i.values) for i in made.items] == [("kept", {})]


def test_tags_are_compared_as_a_set():
    text = 'Device ID,Tags\nT-1,"Spare, north"'
    assert plan(text, device(7, "T-1", tags=(41, 42))).items[0].kind == "unchanged"
    assert plan(text, device(7, "T-1")).items[0].values == {"tags": (41, 42)}


def test_rows_without_a_farm_get_the_one_that_was_chosen():
    made = plan(
        "Device ID,Device Type,Farm\nT-1,gateway,\nT-2,gateway,HILL", default_farm=GREEN
    )
    assert [item.values["farm"] for item in made.items] == [GREEN, HILL]


def test_the_fingerprint_tells_whether_the_same_would_happen():
    text = "Device ID,Farm,Device Type\nT-1,HILL,gateway"
    assert plan(text).fingerprint() == plan(text).fingerprint()
    there = device(7, "T-1", "gateway", farm=GREEN)
    assert plan(text).fingerprint() != plan(text, there).fingerprint()


_TEXTS = st.sampled_from(
    ["", "T-1", "T-2", "GREEN", "Tank 1", "gateway", "1", "é", "/"]
)


@given(st.lists(st.tuples(*[_TEXTS] * 6), min_size=1, max_size=8))
def test_whatever_is_in_the_file_each_row_is_planned_or_its_problem_is_told(rows):
    header = ("device_id", "device_type", "farm", "tank", "gateway", "channel")
    rows = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    made = make_plan(Table(Row(1, header), rows, "", ""), known(device(7, "T-2")))
    planned = {item.row for item in made.items}
    told = {problem.row for problem in made.problems}
    assert planned | told == {row.number for row in rows}
    assert not planned & told
    if not told:
        created = [item.row for level in made.levels() for item in level]
        assert sorted(created) == [item.row for item in made.of("create")]
