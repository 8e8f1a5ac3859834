import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.boards.layout import MOST_WIDGETS, LayoutError, check


def widget(**vals):
    tile = {"id": "w1", "type": "tile", "width": 1, "height": 1, "device_id": 7}
    return {**tile, **vals}


def layout(*widgets):
    return {"version": 1, "widgets": list(widgets)}


def chart(**vals):
    of_chart = {"id": "w2", "type": "chart", "measure": "temperature", "span": "24h"}
    return widget(**{**of_chart, **vals})


def test_an_empty_board_and_one_of_each_type_are_right():
    check(layout())
    others = [
        {"id": "w3", "type": "kpi", "width": 1, "height": 1, "kpi": "online"},
        {"id": "w4", "type": "alerts", "width": 4, "height": 3},
        {"id": "w5", "type": "tank", "width": 2, "height": 1, "tank_id": 3},
    ]
    check(layout(widget(), chart(), *others))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (None, "layout"),
        ([], "layout"),
        ({"version": 2, "widgets": []}, "version"),
        ({"version": 1, "widgets": {}}, "widgets"),
        ({"version": 1, "widgets": [], "script": "x"}, "layout"),
        (layout("tile"), "widgets[0]"),
        (layout(widget(type="iframe")), "widgets[0].type"),
        (layout(widget(type=["tile"])), "widgets[0].type"),
        (layout(widget(width=0)), "widgets[0].width"),
        (layout(widget(width=True)), "widgets[0].width"),
        (layout(widget(height=4)), "widgets[0].height"),
        (layout(widget(device_id="7")), "widgets[0].device_id"),
        (layout(widget(device_id=-1)), "widgets[0].device_id"),
        (layout(widget(html="<b>")), "widgets[0]"),
        (layout(widget(id="a b")), "widgets[0].id"),
        (layout(chart(span="1y")), "widgets[0].span"),
        (layout(chart(measure="x; drop")), "widgets[0].measure"),
        (layout(widget(), widget()), "widgets[1].id"),
        (layout({"id": "w", "type": "tile"}), "widgets[0]"),
    ],
)
def test_what_is_wrong_is_named(wrong, where):
    with pytest.raises(LayoutError) as caught:
        check(wrong)
    assert caught.value.where == where


def test_a_board_has_an_end():
    many = [widget(id=f"w{n}") for n in range(MOST_WIDGETS + 1)]
    check(layout(*many[:-1]))
    with pytest.raises(LayoutError):
        check(layout(*many))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(_JSON)
def test_whatever_comes_it_is_right_or_named(anything):
    for candidate in (anything, layout(anything), layout({"type": anything})):
        try:
            check(candidate)
        except LayoutError as error:
            assert error.where and error.why
