"""Settings of what is kept: off unless a share is set, and never without a folder."""

from pathlib import Path

import pytest

from handler.errors import SettingError
from handler.sample_settings import SampleSettings, read_sample_settings, told_settings


@pytest.mark.parametrize("share", [None, "", "0", "0.0", " 0 "])
def test_nothing_is_kept_unless_a_share_is_set(share):
    environ = {"KEEP_SAMPLES_DIR": "/x"} | ({} if share is None else {"KEEP_SAMPLES": share})
    assert read_sample_settings(environ) is None


def test_the_folder_is_the_one_that_is_named_else_the_functions_own():
    environ = {"KEEP_SAMPLES": "0.25", "FUNCTION_STATE_DIR": "/state/f"}
    default = SampleSettings(Path("/state/f/samples"), 0.25, 1000, 10**9)
    assert read_sample_settings(environ) == default
    named = {"KEEP_SAMPLES_DIR": "/x", "KEEP_SAMPLES_COUNT": "5", "KEEP_SAMPLES_BYTES": "10"}
    assert read_sample_settings(environ | named) == SampleSettings(Path("/x"), 0.25, 5, 10)


@pytest.mark.parametrize(
    "environ",
    [
        {"KEEP_SAMPLES": "1.1"},
        {"KEEP_SAMPLES": "-0.1"},
        {"KEEP_SAMPLES": "all"},
        {"KEEP_SAMPLES": "nan"},
        {"KEEP_SAMPLES_COUNT": "0"},
        {"KEEP_SAMPLES_COUNT": "1.5"},
        {"KEEP_SAMPLES_BYTES": "0"},
        {"KEEP_SAMPLES_DIR": ""},
    ],
    ids=str,
)
def test_what_cannot_be_is_said_in_one_line(environ):
    with pytest.raises(SettingError) as caught:
        read_sample_settings({"KEEP_SAMPLES": "0.5", "KEEP_SAMPLES_DIR": "/x"} | environ)
    assert next(iter(environ)).removesuffix("_DIR") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_whoever_asks_reads_every_setting_and_no_path_of_this_machine():
    told = told_settings({"KEEP_SAMPLES_DIR": "/home/me/samples", "THRESHOLD": "0.3"})
    assert (told["KEEP_SAMPLES_DIR"], told["THRESHOLD"]) == ("samples", "0.3")
    assert told["KEEP_SAMPLES"] == "0"
