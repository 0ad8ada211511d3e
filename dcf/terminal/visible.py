"""Text from elsewhere made fit for a terminal: what would steer it, or is not seen, is written out.

Names, logs, answers and reasons come from functions and gateways. An escape sequence in one of them
can rewrite the screen, a bidi mark can turn a name around, a carriage return can hide a line.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator

# Controls but for tab and line feed; bidi marks and other format characters that show nothing;
# separators of lines; fillers; halves of surrogate pairs. Joining marks of scripts stay out of it.
_UNSEEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IN_TEXT, _IN_LINE = re.compile(f"[{_UNSEEN}]"), re.compile(f"[{_UNSEEN}\n]")


def visible_text(text: str) -> str:
    """The same lines, with the number of each character that does not show."""
    return _IN_TEXT.sub(_written_out, text)


def visible_line(line: str) -> str:
    """The same as one line: a line feed is written out, too."""
    return _IN_LINE.sub(_written_out, line)


def visible_json(text: str) -> str:
    """JSON that is still the same JSON."""
    return _IN_TEXT.sub(lambda found: json.dumps(found[0])[1:-1], text)


def visible_bytes(pieces: Iterable[bytes]) -> Iterator[str]:
    """Bytes as text, wherever they are cut; what is no UTF-8 is written out as well."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    for piece in pieces:
        yield visible_text(decoder.decode(piece))
    yield visible_text(decoder.decode(b"", final=True))


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
