import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.errors import BadOption, SettingError
from handler.options import (
    OPTION_NAMES,
    OPTION_RANGES,
    SETTINGS,
    Options,
    parse_options,
    read_settings,
)
from models.ssd.ranges import RANGES
from watcher.configuration.settings import SETTINGS as WATCHER_SETTINGS


def test_text_and_json_values_mean_the_same():
    text = {"threshold": "0.3", "iou": "1", "top_k": "5", "max_detections": "7", "classes": "a, b"}
    json = {"threshold": 0.3, "iou": 1, "top_k": 5, "max_detections": 7, "classes": ["a", "b"]}
    expected = Options(None, 0.3, 1.0, 5, 7, ("a", "b"))
    assert parse_options(text, Options()) == parse_options(json, Options()) == expected


def test_what_is_not_given_stays():
    base = Options("full", 0.1, 0.2, 3, 4, ("a",))
    assert parse_options({}, base) == base
    assert parse_options({"iou": 0.9}, base).threshold == 0.1


def test_jpg_is_jpeg():
    assert parse_options({"format": "JPG"}, Options()).format == "jpeg"


def test_damage_is_refused_or_accepted():
    assert parse_options({"damaged": "Accept"}, Options()).damaged
    assert not parse_options({"damaged": "refuse"}, Options(damaged=True)).damaged


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("damaged", "yes"), ("damaged", True),
        ("threshold", "1.01"), ("threshold", "-0.1"), ("threshold", "nan"), ("threshold", "inf"),
        ("threshold", "x"), ("threshold", True),
        ("threshold", [0.5]), ("iou", "2"), ("top_k", "0"), ("top_k", "1.5"), ("top_k", 1.5),
        ("top_k", "10001"), ("max_detections", 1001), ("top_k", True), ("max_detections", "-1"),
        ("max_detections", {}),
        ("format", "xml"), ("format", 5), ("classes", 5), ("classes", [["a"]]),
        ("threshold", "1" * 500), ("threshold", 10**400), ("top_k", "9" * 5000),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_named(name, value):
    with pytest.raises(BadOption, match=f"^{name} must be") as caught:
        parse_options({name: value}, Options())
    assert len(caught.value.message) < 160


@pytest.mark.parametrize(
    ("name", "most"), [(name, row.high) for name, row in RANGES.items() if row.whole]
)
def test_a_count_has_one_range_for_calls_and_environment(name, most):
    assert parse_options({name: str(most)}, Options()) == Options(**{name: most})
    assert getattr(read_settings({name.upper(): str(most)}).options, name) == most
    told = f"{name} must be a whole number from 1 to {most}, got "
    with pytest.raises(BadOption, match=told):
        parse_options({name: most + 1}, Options())
    with pytest.raises(SettingError, match=told):
        read_settings({name.upper(): str(most + 1)})
    (row,) = (row for row in SETTINGS if row.name == name.upper())
    assert row.allowed == OPTION_RANGES[name] == f"1 to {most}"


def test_the_numeric_options_are_the_rows_of_the_table():
    assert {name: str(row) for name, row in RANGES.items()} == OPTION_RANGES
    assert set(RANGES) <= set(Options.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "most"),
    [("MAX_PIXELS", 178_956_970), ("MAX_PICTURE_MEMORY", 10**11),
     ("MAX_CALL_MILLISECONDS", 3_600_000)],
)  # fmt: skip
def test_what_only_the_function_is_told_has_a_range_too(name, most):
    field = {"MAX_CALL_MILLISECONDS": "max_milliseconds", "MAX_PICTURE_MEMORY": "max_memory"}
    got = read_settings({name: str(most)})
    assert getattr(got, field.get(name, "max_pixels")) == most
    for wrong in ("0", str(most + 1), "1e3"):
        told = f"setting {name} must be a whole number from 1 to {most}, got '{wrong}'"
        with pytest.raises(SettingError, match=f"^{told}$"):
            read_settings({name: wrong})


def test_a_slip_is_told_and_a_strange_name_left_alone():
    with pytest.raises(BadOption, match="did you mean 'threshold'"):
        parse_options({"treshold": "0.3"}, Options())
    assert parse_options({"utm_source": "x", "code": "y"}, Options()) == Options()


def test_defaults_of_the_function():
    settings = read_settings({})
    assert settings.bundle is None
    assert settings.max_pixels == 50_000_000
    assert settings.options == Options(threshold=0.5, max_detections=100, tiles=1)


def test_settings_from_the_environment():
    settings = read_settings(
        {
            "MODEL_BUNDLE": "/m",
            "THRESHOLD": "0.2",
            "IOU": "0.4",
            "REPLY_FORMAT": "dcf",
            "TOP_K": " ",
            "TILES": "2",
        }
    )
    assert str(settings.bundle) == "/m"
    assert settings.options == Options("dcf", 0.2, 0.4, None, 100, tiles=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THRESHOLD", "2"),
        ("MAX_PIXELS", "0"),
        ("MAX_PIXELS", "999999999"),
        ("REPLY_FORMAT", "x"),
        ("TILES", "4"),
        ("TILES", "many"),
        ("MAX_BODY_BYTES", "0"),
        ("MAX_BODY_BYTES", "32MB"),
    ],
)
def test_a_wrong_setting_stops_the_start(name, value):
    with pytest.raises(SettingError, match="must be"):
        read_settings({name: value})


def test_the_table_of_settings_is_complete():
    assert [row.name for row in SETTINGS] == [
        "MODEL_BUNDLE", "MODEL_ID", "THRESHOLD", "IOU", "TOP_K", "MAX_DETECTIONS", "MAX_PIXELS",
        "MAX_PICTURE_MEMORY", "MAX_CALL_MILLISECONDS", "TILES", "REPLY_FORMAT",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["digits 2", "../digits", "-1", "ü", "x" * 101, "a\nb"])
def test_an_id_is_plain_enough_for_a_header(text):
    assert read_settings({"MODEL_ID": " digits-2 "}).model_id == "digits-2"
    with pytest.raises(SettingError, match="setting MODEL_ID must be 1 to 100 letters"):
        read_settings({"MODEL_ID": text})


@pytest.mark.parametrize("name", OPTION_NAMES)
@pytest.mark.parametrize("value", ["", " ", "\t\n", None])
def test_an_empty_value_gives_nothing(name, value):
    base = Options("full", 0.3, 0.4, 5, 6, ("dog",))
    assert parse_options({name: value}, base) == base
    assert parse_options({name: value}, Options()) == Options()


@pytest.mark.parametrize("value", ["", None])
def test_a_slip_is_told_whatever_its_value(value):
    with pytest.raises(BadOption, match="did you mean 'threshold'"):
        parse_options({"treshold": value}, Options())


@pytest.mark.parametrize(("text", "most"), [("", 32 << 20), (" ", 32 << 20), ("200000", 200_000)])
def test_the_limit_of_a_body_is_the_one_of_whoever_takes_calls(text, most):
    assert read_settings({"MAX_BODY_BYTES": text}).max_body == most
    assert read_settings({}).max_body == int(watcher_default("MAX_BODY_BYTES"))


def watcher_default(name):
    return next(row.default for row in WATCHER_SETTINGS if row.name == name)


@pytest.mark.parametrize(
    ("value", "tiles"),
    [(1, 1), ("2", 2), (3, 3), (" 3 ", 3), ("auto", "auto"), ("AUTO", "auto"), (" Auto", "auto")],
)
def test_tiles_are_a_number_or_auto(value, tiles):
    assert parse_options({"tiles": value}, Options()).tiles == tiles
    assert parse_options({"tiles": value}, Options(tiles=1)).tiles == tiles


@pytest.mark.parametrize(
    "value", [0, 4, -1, "0", "4", "2.0", 2.0, True, "2x2", "all", [2], {"n": 2}, 10**30, "9" * 5000]
)
def test_other_tiles_are_refused(value):
    with pytest.raises(BadOption, match=r"^tiles must be a whole number from 1 to 3, or auto"):
        parse_options({"tiles": value}, Options())


@given(st.sampled_from(["threshold", "iou"]), st.one_of(st.floats(), st.integers(), st.text()))
def test_a_share_is_a_share_or_refused(name, value):
    try:
        share = getattr(parse_options({name: value}, Options()), name)
    except BadOption:
        return
    if isinstance(value, str) and not value.strip():
        assert share is None
        return
    assert math.isfinite(share)
    assert 0 <= share <= 1
