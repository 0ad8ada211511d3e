"""What is written into annotations comes back as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.providers.kubernetes.written import past_of, past_text, spec_of, spec_text
from dcf.providers.placement import ENDED, FAILED, FunctionSpec, RevisionInfo

words = st.text(max_size=12)
tables = st.dictionaries(words, words, max_size=3)
lists = st.lists(words, max_size=2).map(tuple)
specs = st.builds(
    FunctionSpec,
    name=words, image=words, env=tables, labels=tables, annotations=tables,
    constraints=lists, secrets=lists, limits=tables, requests=tables,
    replicas=st.integers(0, 9), process=words, read_only=st.booleans(),
)  # fmt: skip
infos = st.builds(
    RevisionInfo,
    number=st.integers(1, 99), spec=specs, deployed_at=words, by=words,
    rollout=st.sampled_from([FAILED, ENDED]), reason=words,
)  # fmt: skip


@given(specs)
def test_a_spec_comes_back(spec):
    assert spec_of(spec_text(spec)) == spec


@given(st.lists(infos, max_size=5, unique_by=lambda each: each.number))
def test_what_became_of_candidates_comes_back_newest_first(past):
    assert list(past_of(past_text(past))) == sorted(past, key=lambda each: -each.number)


def test_only_some_candidates_are_kept():
    past = [RevisionInfo(number, FunctionSpec("a", "b"), "") for number in range(1, 30)]
    assert [each.number for each in past_of(past_text(past))] == list(range(29, 19, -1))


def test_what_is_as_by_default_is_not_written():
    assert json.loads(spec_text(FunctionSpec("a", "b"))) == {"name": "a", "image": "b"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '{"name": "a"}',
             '{"name": "a", "image": "b", "secrets": 1}',
             '{"name": "a", "image": "b", "env": 1}']
)  # fmt: skip
def test_what_somebody_else_wrote_is_no_spec(text):
    assert spec_of(text) is None
    assert past_of(text) == ()


def test_a_field_of_a_later_version_is_left_out():
    assert spec_of('{"name": "a", "image": "b", "later": 1}') == FunctionSpec("a", "b")
