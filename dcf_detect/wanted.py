"""Which classes are wanted, in any of the ways people write them."""

from collections.abc import Iterable

Classes = str | int | Iterable[str | int]
"""``"dog"``, ``"dog,car"``, ``18``, or several of these."""


def words_of(classes: Classes) -> tuple[str, ...]:
    """Names and ids of classes as words.

    Raises:
        TypeError: Something among them is neither a text nor a whole number.
    """
    if isinstance(classes, str | int):
        classes = (classes,)
    words: list[str] = []
    for each in classes:
        if isinstance(each, bool) or not isinstance(each, str | int):
            raise TypeError(
                f"classes must be names or ids, such as classes=['dog', 3], got {each!r}"
            )
        words += (word.strip() for word in str(each).split(","))
    return tuple(word for word in words if word)
