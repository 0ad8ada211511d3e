"""The table of what the envelope of a call may have: parts, fields, values, header bytes.

What its pictures may take stands in a table of its own (``models/ssd/limits.py``).
"""

from typing import NamedTuple

from .errors import TooCostly


class Limit(NamedTuple):
    """A row of the table.

    Attributes:
        name: What is counted, as an error says it.
        most: The greatest number that is allowed.
        help: How it is counted.
    """

    name: str
    most: int
    help: str


PICTURES = Limit("pictures of a batch", 256, "Entries of `images`.")
LOOKS = Limit("inferences", 64, "Of the pictures of a call with `tiles`: 5 or 14 each.")
JSON_VALUES = Limit("values of JSON", 10_000, "Commas, colons and brackets, those in texts, too.")
FORM_FIELDS = Limit("fields of a form", 64, "Parts of a multipart form, or urlencoded fields.")
FORM_ESCAPES = Limit("escapes of a form", 2_000_000, "Each `%XX` of a urlencoded form or text.")
FORM_FIELD_BYTES = Limit("bytes of a form's option", 65_536, "Any field that is no picture.")
PART_HEADER_BYTES = Limit("bytes of a part's headers", 16_384, "Of each part of a multipart form.")
CODINGS = Limit("codings of a body", 4, "Those that `Content-Encoding` lists.")
MEMBERS = Limit("members of a gzip body", 1_000, "Tools that pack in blocks make one of each.")
UNPACKED_BYTES = Limit("bytes of a packed body", 16_000_000, "Unpacked; 160 a byte above 100 kB.")

LIMITS = (
    PICTURES,
    LOOKS,
    JSON_VALUES,
    FORM_FIELDS,
    FORM_ESCAPES,
    FORM_FIELD_BYTES,
    PART_HEADER_BYTES,
    CODINGS,
    MEMBERS,
    UNPACKED_BYTES,
)


def most_unpacked(size: int, most: int) -> int:
    """Bytes that a packed body may have unpacked: what opening an envelope takes grows with them.

    Args:
        size: Bytes that came.
        most: Bytes that any body may have.
    """
    return min(most, max(UNPACKED_BYTES.most, UNPACKED_BYTES.most // 100_000 * size))


def refuse_more(limit: Limit, count: int) -> None:
    """Refuses what is over a limit.

    Args:
        limit: The row.
        count: What a call has.

    Raises:
        TooCostly: It has more.
    """
    if count > limit.most:
        raise TooCostly(
            f"the body is over a limit: {count:,} {limit.name} or more, at most {limit.most:,} are "
            "allowed; send less in one call"
        )
