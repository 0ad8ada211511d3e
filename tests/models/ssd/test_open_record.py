import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models.ssd.open_record import OpenRecord, fold, unfold


class Leaf(OpenRecord, frozen=True, kw_only=True):
    size: int


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leaf: Leaf


class Tree(OpenRecord, frozen=True, kw_only=True):
    one: Leaf | None = None
    many: tuple[Leaf, ...] = ()
    strict: Strict | None = None
    renamed: int = msgspec.field(default=0, name="other name")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
UNKNOWN = st.dictionaries(st.sampled_from(["others", "new", "", "size "]), PLAIN, max_size=3)
LEAVES = UNKNOWN.map(lambda unknown: unknown | {"size": 3})


@given(UNKNOWN, LEAVES, st.lists(LEAVES, min_size=1, max_size=3))
def test_whatever_is_added_comes_back(unknown, one, many):
    document = unknown | {"one": one, "many": many, "strict": {"leaf": one}, "other name": 5}
    tree = msgspec.convert(fold(document, Tree), Tree)
    assert tree.one.size == tree.many[0].size == tree.strict.leaf.size == 3
    assert tree.renamed == 5
    assert tree.values() == document


def test_records_without_unknown_fields_have_none():
    document = {"one": {"size": 1}}
    tree = msgspec.convert(fold(document, Tree), Tree)
    assert (tree.others, tree.one.others) == ({}, {})
    assert tree.values() == document


def test_what_does_not_fit_is_left_as_it_is():
    for odd in (None, 5, "text", [], {"one": [1], "many": {"a": 1}, "strict": 7}):
        assert unfold(fold(odd, Tree), Tree) == odd
