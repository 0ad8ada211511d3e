"""Names of classes: which column of the scores means what.

``labels.txt`` of a bundle has one name a line, in column order; the manifest gives the class ids.
"""

from collections.abc import Sequence

import msgspec

from .errors import BundleError, OptionError


class Labels(msgspec.Struct, frozen=True):
    """The classes of a network.

    Attributes:
        names: Name of each of the C columns.
        class_ids: Class id of each of the C columns.
    """

    names: tuple[str, ...]
    class_ids: tuple[int, ...]

    def columns(self, wanted: Sequence[str]) -> tuple[int, ...]:
        """Finds the columns of classes named, or numbered, by a caller.

        Args:
            wanted: Class names (in any case) or class ids as decimal text.

        Returns:
            Column indexes in ascending order, without repeats.

        Raises:
            OptionError: A class is not known to this model.
        """
        by_word = {name.lower(): column for column, name in enumerate(self.names)}
        by_word |= {str(class_id): column for column, class_id in enumerate(self.class_ids)}
        columns = set()
        for word in wanted:
            key = word.strip().lower()
            if key not in by_word:
                raise OptionError(_unknown_class(word, self.names))
            columns.add(by_word[key])
        return tuple(sorted(columns))


def _unknown_class(word: str, names: Sequence[str]) -> str:
    from difflib import get_close_matches  # only for this message

    near = get_close_matches(word.strip().lower(), [name.lower() for name in names], n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it knows {len(names)}, such as {names[0]!r}"
    return f"classes: this model has no class {word.strip()[:40]!r}, {hint}"


def parse_labels(content: bytes, class_ids: tuple[int, ...]) -> Labels:
    """Reads ``labels.txt``.

    Args:
        content: UTF-8 text, one name a line.
        class_ids: The class id of each column, from the manifest.

    Returns:
        Names joined with ids.

    Raises:
        BundleError: Not UTF-8, an empty name, a repeated name, or not one name a column.
    """
    try:
        names = tuple(line.strip() for line in content.decode("utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise BundleError(f"labels.txt is not UTF-8 text: {error.reason}") from error
    if len(names) != len(class_ids):
        raise BundleError(
            f"labels.txt has {len(names)} names, the manifest has {len(class_ids)} columns"
        )
    if not all(names):
        raise BundleError(
            f"labels.txt line {names.index('') + 1} is empty, every column needs a name"
        )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BundleError(f"labels.txt names {twice!r} twice")
    return Labels(names, class_ids)
