"""What a changed line of the envelope's reader would get wrong, and nothing else would show."""

import base64
import json

import pytest

from handler.errors import BadOption, EmptyInput
from handler.payload import MAX_BATCH, read_payload

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PNG).decode()


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t \x0b\x0c", b" " * 5000])
def test_nothing_is_told_as_nothing_however_long(body):
    with pytest.raises(EmptyInput, match=r"^nothing was sent"):
        read_payload(body)


def test_a_picture_far_behind_blanks_is_still_one():
    assert read_payload(b" " * 5000 + TEXT.encode()).pictures[0].encoded == PNG


@pytest.mark.parametrize("count", [1, MAX_BATCH])
def test_a_batch_may_have_from_one_to_the_most(count):
    payload = read_payload(json.dumps({"images": [TEXT] * count}).encode())
    assert payload.batch
    assert len(payload.pictures) == count


@pytest.mark.parametrize("images", [[], [TEXT] * (MAX_BATCH + 1), TEXT, {"0": TEXT}, None, 5])
def test_a_batch_of_none_or_too_many_or_no_list(images):
    with pytest.raises(BadOption, match=f'"images" must be a list of 1 to {MAX_BATCH}'):
        read_payload(json.dumps({"images": images}).encode())


@pytest.mark.parametrize("both", [{}, {"image": TEXT, "images": [TEXT]}, {"picture": TEXT}])
def test_json_names_its_picture_once(both):
    with pytest.raises(BadOption, match='must have either "image" or "images"'):
        read_payload(json.dumps(both).encode())


@pytest.mark.parametrize(("mark", "other"), [(b"-", b"_"), (b"_", b"-")])
def test_one_sign_of_the_url_alphabet_is_enough(mark, other):
    texts = [base64.urlsafe_b64encode(PNG[:8] + bytes([each] * 2)) for each in range(256)]
    text = next(text for text in texts if mark in text and other not in text)
    assert read_payload(text).pictures[0].encoded == base64.urlsafe_b64decode(text)
