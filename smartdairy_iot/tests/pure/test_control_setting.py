import pytest

from smartdairy_iot.control.setting import Setting, SettingError, check_all, effective

INTERVAL = Setting("interval", "Interval", "integer", "s", 5, 3600, default=60)
OFFSET = Setting("offset", "Offset", "float", "°C", -10, 10, default=0.0)
BEEP = Setting("beep", "Beep", "boolean", default=True)
LEVEL = Setting("level", "Level", "choice", choices=("info", "debug"))
NAME = Setting("name", "Name", "text")
SETTINGS = {s.key: s for s in (INTERVAL, OFFSET, BEEP, LEVEL, NAME)}


@pytest.mark.parametrize(
    ("setting", "given", "sent"),
    [
        (INTERVAL, 5, 5),
        (INTERVAL, 3600.0, 3600),
        (INTERVAL, " 30 ", 30),
        (OFFSET, "-0.5", -0.5),
        (OFFSET, 10, 10.0),
        (BEEP, "no", False),
        (BEEP, True, True),
        (LEVEL, "debug", "debug"),
        (NAME, "Tank 2 °", "Tank 2 °"),
    ],
)
def test_a_value_is_sent_as_its_kind(setting, given, sent):
    value = setting.check(given)
    assert value == sent
    assert type(value) is type(sent)


@pytest.mark.parametrize(
    ("setting", "given", "code"),
    [
        (INTERVAL, 4, "low"),
        (INTERVAL, 3601, "high"),
        (INTERVAL, 30.5, "integer"),
        (INTERVAL, True, "integer"),
        (INTERVAL, "soon", "integer"),
        (INTERVAL, None, "integer"),
        (INTERVAL, [30], "integer"),
        (OFFSET, float("nan"), "float"),
        (OFFSET, "inf", "float"),
        (OFFSET, 1e300, "float"),
        (OFFSET, "1e999", "float"),
        (OFFSET, -10.01, "low"),
        (BEEP, "perhaps", "boolean"),
        (BEEP, 2, "boolean"),
        (LEVEL, "loud", "choice"),
        (LEVEL, ["info"], "choice"),
        (NAME, "two\nlines", "text"),
        (NAME, 7, "text"),
        (NAME, "x" * 201, "long"),
    ],
)
def test_what_is_no_value_of_it_is_refused_with_the_reason(setting, given, code):
    with pytest.raises(SettingError) as refused:
        setting.check(given)
    assert refused.value.code == code
    assert refused.value.label == setting.label


def test_a_device_without_own_values_is_told_the_defaults_and_nothing_else():
    assert effective(SETTINGS, {}) == {"interval": 60, "offset": 0.0, "beep": True}


def test_an_own_value_comes_before_the_default():
    assert effective(SETTINGS, {"interval": 10, "level": "info"}) == {
        "interval": 10,
        "offset": 0.0,
        "beep": True,
        "level": "info",
    }


def test_an_own_value_that_the_limits_no_longer_allow_does_not_count():
    assert effective({"interval": INTERVAL}, {"interval": 1}) == {"interval": 60}


def test_an_own_value_of_a_setting_that_is_no_more_is_not_told():
    assert effective({"offset": OFFSET}, {"interval": 10}) == {"offset": 0.0}


def test_false_and_zero_are_values_of_ones_own():
    told = effective(SETTINGS, {"beep": False, "offset": 0})
    assert told["beep"] is False
    assert told["offset"] == 0.0


def test_a_setting_that_the_device_does_not_understand_is_refused():
    with pytest.raises(SettingError) as refused:
        check_all(SETTINGS, {"colour": "blue"})
    assert refused.value.code == "unknown"


def test_none_takes_the_own_value_away():
    assert check_all(SETTINGS, {"interval": None, "beep": "off"}) == {"beep": False}
