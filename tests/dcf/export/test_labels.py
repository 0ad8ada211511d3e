"""Labels: how many replicas they ask for, and what is left of them for the platform."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.config import Entry, FunctionConfig
from dcf.errors import ConfigError
from dcf.export.labels import Scaling, annotations_of, plain_labels, scaling_of

LEAST, MOST = "com.openfaas.scale.min", "com.openfaas.scale.max"


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({}, Scaling(None, None)),
        ({LEAST: "0", MOST: "99999"}, Scaling(0, 99999)),
        ({"scale_min": "2"}, Scaling(2, None)),
        ({LEAST: "1", "scale_min": "2"}, Scaling(1, None)),  # OpenFaaS' name comes first
        ({LEAST: "", "scale_min": "2"}, Scaling(2, None)),
        ({LEAST: "2", "com.openfaas.scale.zero": "true"}, Scaling(0, None)),
        ({LEAST: "2", "com.openfaas.scale.zero": "false"}, Scaling(2, None)),
        ({LEAST: "3", MOST: "3"}, Scaling(3, 3)),
    ],
)
def test_both_names_of_a_count_are_read(function, labels, found):
    assert scaling_of(function(labels=labels)) == found


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({LEAST: "-1"}, f"functions.fn.labels.{LEAST} is '-1'; it must be a whole number"),
        ({"scale_max": "1.5"}, "functions.fn.labels.scale_max is '1.5'"),
        ({MOST: "100000"}, "is '100000'"),
        ({MOST: "\u0663"}, "it must be a whole number"),
        ({LEAST: "3", MOST: "2"}, "scale.min 3 is more than scale.max 2"),
    ],
)
def test_what_is_no_count_is_named(function, labels, words):
    with pytest.raises(ConfigError) as caught:
        scaling_of(function(labels=labels))
    assert words in caught.value.message


def test_the_rest_are_labels_of_the_platform(function):
    labels = {"team": "a", "com.openfaas.scale.zero": "true", LEAST: "1", "scale_max": "1", "e": ""}
    assert plain_labels(function(labels=labels)) == {"team": "a", "e": ""}


@given(st.text(max_size=70))
def test_a_value_is_kubernetes_or_is_refused(text):
    """Its rule: at most 63 of these characters, the first and last a letter or a digit."""
    letters = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    ends = not text or {text[0], text[-1]} <= letters
    fits = len(text) <= 63 and ends and set(text) <= letters | set("-_.")
    function = FunctionConfig(
        "fn", Path(), Entry("src", "handler.py", "Handler"), labels={"k": text}
    )
    if fits:
        assert plain_labels(function) == {"k": text}
    else:
        with pytest.raises(ConfigError, match="put longer text into annotations"):
            plain_labels(function)


def test_what_a_function_says_of_itself_is_over_its_annotations(function):
    found = annotations_of(function(desc="d", annotations={"desc": "old", "topic": "t"}))
    assert found == {"desc": "d", "topic": "t"}
    assert annotations_of(function(maintainer="m")) == {"maintainer": "m"}
