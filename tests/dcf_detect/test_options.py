import numpy as np
import pytest

from dcf_detect.arrays import Form
from dcf_detect.options import call_of, settings_of
from dcf_detect.rooms import RANGES, Settings

BASE = Settings(threshold=0.5, iou=0.6, top_k=400, max_detections=100)


def test_nothing_given_changes_nothing():
    assert settings_of({}, BASE) is BASE
    assert settings_of(dict.fromkeys([*RANGES, "classes"]), BASE) is BASE
    call = call_of({}, BASE)
    assert (call.settings, call.form) == (BASE, Form())
    assert not call.damaged
    assert not call.keep_errors


@pytest.mark.parametrize("name", RANGES)
def test_each_setting_is_taken(name):
    low = RANGES[name].low
    assert getattr(settings_of({name: low}, BASE), name) == low


@pytest.mark.parametrize("value", [np.float32(0.25), np.float64(0.25), np.array([0.25])[0], 0.25])
def test_numbers_of_numpy_are_numbers(value):
    threshold = settings_of({"threshold": value}, BASE).threshold
    assert threshold == 0.25
    assert type(threshold) is float
    assert settings_of({"top_k": np.int64(7)}, BASE).top_k == 7


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", ["0.5", [1], True, 1j, b"1"])
def test_what_is_no_number(name, value):
    with pytest.raises(TypeError, match=rf"{name} must be a .*number from .*, got"):
        settings_of({name: value}, BASE)


@pytest.mark.parametrize("name", ["top_k", "max_detections"])
def test_what_counts_is_whole(name):
    with pytest.raises(TypeError, match=f"{name} must be a whole number from"):
        settings_of({name: 2.5}, BASE)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", [-1, 10**9])
def test_numbers_out_of_range(name, value):
    with pytest.raises(ValueError, match=rf"{name} must be a .*number from .*, got"):
        settings_of({name: value}, BASE)


@pytest.mark.parametrize("tiles", [1, 2, 3, "auto", np.int64(2)])
def test_tiles(tiles):
    assert settings_of({"tiles": tiles}, BASE).tiles == tiles


@pytest.mark.parametrize("tiles", [0, 4, 2.0, "2", True])
def test_what_is_no_number_of_tiles(tiles):
    with pytest.raises(ValueError, match="tiles must be a whole number from 1 to 3, or auto, got"):
        settings_of({"tiles": tiles}, BASE)


def test_not_a_number_is_out_of_range():
    with pytest.raises(ValueError, match="threshold must be a number from 0 to 1, got nan"):
        settings_of({"threshold": float("nan")}, BASE)


def test_the_options_of_a_call():
    given = {"threshold": 0.1, "classes": "dog", "color": "bgr", "floats": True}
    given |= {"damaged": "accept", "on_error": "keep"}
    call = call_of(given, BASE)
    assert (call.settings.threshold, call.settings.classes) == (0.1, ("dog",))
    assert call.form == Form("bgr", floats=True)
    assert call.damaged
    assert call.keep_errors


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"color": "BGR"}, "color must be 'rgb' or 'bgr', got 'BGR'"),
        ({"floats": "yes"}, "floats must be False or True, got 'yes'"),
        ({"damaged": True}, "damaged must be 'refuse' or 'accept', got True"),
        ({"on_error": "skip"}, "on_error must be 'raise' or 'keep', got 'skip'"),
    ],
)
def test_a_word_that_is_none_of_those_allowed(given, told):
    with pytest.raises(ValueError, match=told):
        call_of(given, BASE)


def test_a_slip_in_a_name_is_told():
    with pytest.raises(TypeError, match="no option 'treshold', did you mean 'threshold'"):
        call_of({"treshold": 0.3}, BASE)
    with pytest.raises(TypeError, match="no option 'zzz', there are threshold, iou"):
        call_of({"zzz": 1}, BASE)
    with pytest.raises(TypeError, match="no option 'color'"):
        settings_of({"color": "bgr"}, BASE)
