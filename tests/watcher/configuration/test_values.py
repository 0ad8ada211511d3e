import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.configuration import config, values
from watcher.configuration.settings import SETTINGS
from watcher.errors import SettingError

TEXTS = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "5", "500us", "1m30s", "30s", "1e3", "inf", "٣", "true", "auto"]
    ),
    st.text(max_size=8),
)
NAMES = [name for row in SETTINGS for name in (row.name, row.name.lower(), *row.other_names)]


@given(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=6))
def test_one_reading_is_the_reading_of_the_whole(environ):
    """What one setting alone says is what the start of a watcher says."""
    refused = set()
    for row in SETTINGS:
        try:
            value = values.value_of(row, environ)
        except values.BadValue as error:
            refused.add(str(error))
            continue
        if not refused and row.kind == "seconds":
            assert values.seconds(row.name, environ) == value
    try:
        whole = config.read({}, environ)
    except SettingError as error:
        assert error.message in refused
        return
    assert not refused
    for row in SETTINGS:
        if row.name not in ("CONCURRENCY", "MAX_INFLIGHT", "BODY_MEMORY"):
            assert getattr(whole, row.name.lower()) == values.value_of(row, environ)


def test_names_are_looked_up_in_the_order_of_the_table():
    row = values.ROWS["DRAIN_DELAY"]
    assert values.given(row, {}) is None
    environ = {"healthcheck_interval": "3s"}
    assert values.given(row, environ) == ("healthcheck_interval", "3s")
    environ["drain_delay"] = "2s"
    assert values.given(row, environ) == ("drain_delay", "2s")
    environ["DRAIN_DELAY"] = ""
    assert values.given(row, environ) == ("drain_delay", "2s")
    environ["DRAIN_DELAY"] = "1s"
    assert values.seconds("DRAIN_DELAY", environ) == 1


@pytest.mark.parametrize(
    ("name", "environ", "words"),
    [
        ("EXEC_TIMEOUT", {"exec_timeout": "soon"}, "exec_timeout is 'soon'; it must be seconds"),
        ("LOAD_TIMEOUT", {"LOAD_TIMEOUT": "0"}, "from 0.1 to 86400"),
        ("DRAIN_DELAY", {"healthcheck_interval": "11m"}, "healthcheck_interval is '11m'"),
    ],
)
def test_what_is_refused_has_its_own_name_and_range(name, environ, words):
    with pytest.raises(values.BadValue, match=words):
        values.seconds(name, environ)


def test_a_secret_is_never_shown():
    with pytest.raises(values.BadValue, match="API_HEADER is not usable") as refused:
        values.value_of(values.ROWS["API_HEADER"], {"API_HEADER": "X: hush\0"})
    assert "hush" not in str(refused.value)
