"""Forms are taken apart as browsers and curl make them, and refused where they would cost much."""

import io
import json
import re
import subprocess
import sys
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import MultiPartParser

from handler.errors import BadOption, PayloadError, TooCostly
from handler.forms import Form, read_multipart, read_urlencoded
from handler.payload import read_payload

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def part(disposition, content, newline=b"\r\n", extra=b""):
    head = b"--XyZ" + newline + b"Content-Disposition: form-data; " + disposition + newline
    return head + extra + newline + content + newline


def test_fields_and_files():
    body = part(b'name="threshold"', b"0.3") + part(b'filename="a.png"; name=image', PNG)
    body += part(b'name="image"', b"text") + b"--XyZ--\r\n"
    assert read_multipart(body, b"XyZ") == Form({"threshold": "0.3"}, {"image": PNG}, b"text")


def test_line_feeds_alone_further_headers_and_folded_ones():
    body = part(b'name="image";\n filename="a"', PNG, b"\n", b"Content-Type: image/png\n")
    assert read_multipart(body + b"--XyZ--", b"XyZ").files == {"image": PNG}


def test_names_with_quotes_and_parameters_that_look_like_names():
    body = part(b'other="; name=no"; name="a \\"b\\""', b"1") + b"--XyZ--"
    assert read_multipart(body, b"XyZ").fields == {'a "b"': "1"}


def test_an_empty_part_and_one_that_holds_nearly_a_boundary():
    content = b"--XyZno\r\n--Xy\r\n-"
    body = part(b'name="a"', b"") + part(b'name="b"', content) + b"--XyZ--"
    assert read_multipart(body, b"XyZ").fields == {"a": "", "b": content.decode()}


def test_the_first_of_repeated_fields_counts():
    body = part(b'name="a"', b"1") + part(b'name="a"', b"2") + b"--XyZ--"
    assert read_multipart(body, b"XyZ").fields == {"a": "1"}


@pytest.mark.parametrize(
    "body",
    [
        part(b'name="a"', b"1"),
        part(b'name="a"', b"1") + b"--XyZ",
        b"--XyZ\r\nContent-Type: a/b\r\n\r\n1\r\n--XyZ--",
        b"--XyZ\r\nContent-Disposition: form-data; name=a\r\n",
    ],
    ids=["no-end", "cut-end", "no-disposition", "no-blank-line"],
)
def test_broken_forms_are_told(body):
    with pytest.raises(BadOption):
        read_multipart(body, b"XyZ")


CONTENT = st.lists(
    st.sampled_from([b"--XyZa", b"--Xy", b"--", b"\r\n", b"\n", b"a", b" "]), max_size=6
).map(b"".join)


@given(st.lists(st.tuples(st.sampled_from([b"image", b"x"]), CONTENT, st.booleans()), max_size=4))
def test_forms_are_read_as_by_another_parser(parts):
    body = b"".join(
        part(b'name="%s"%s' % (name, b'; filename="f"' if is_file else b""), b"_" + content)
        for name, content, is_file in parts
    )
    body = (body or part(b'name="x"', b"")) + b"--XyZ--\r\n"
    parser = MultiPartParser(stream_factory=lambda *_args, **_kwargs: io.BytesIO())
    try:
        texts, files = parser.parse(io.BytesIO(body), b"XyZ", len(body))
    except ValueError:
        with pytest.raises(PayloadError):
            read_multipart(body, b"XyZ")
        return
    if re.search(
        rb"\n--XyZ[ \t]*\r?\n\r?\n", body
    ):  # a part without headers, which it reads on from
        with pytest.raises(PayloadError):
            read_multipart(body, b"XyZ")
        return
    form = read_multipart(body, b"XyZ")
    image = {} if form.image is None else {"image": form.image.decode()}
    assert form.fields | image == dict(texts.items())
    assert form.files == {name: file.stream.read() for name, file in files.items()}


def test_urlencoded_fields_and_the_plus_that_nobody_escaped():
    form = read_urlencoded(b"image=a+b%2Bc%2f&threshold=0.5&classes=a+b%2Cc&empty=")
    assert form == Form({"threshold": "0.5", "classes": "a b,c"}, {}, b"a+b+c/")


@given(st.binary(max_size=400), st.integers(0, 3))
def test_urlencoded_there_and_back(image, shift):
    long = b"a" * (65_534 + shift) + image
    body = b"image=" + quote_plus(long).encode()
    assert read_urlencoded(body).image == long.replace(b" ", b"+")
    if image:
        body = urlencode({"image": "x", "other": image}).encode()
        assert read_urlencoded(body).fields == {"other": image.decode("utf-8", "replace")}


HEADERS = b"--b\r\nContent-Disposition: form-data; " + b'a="b"; ' * 400_000
PART = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'
NESTED = (
    b"--b\r\nContent-Disposition: form-data; name=x\r\nContent-Type: multipart/mixed; boundary=c"
)
HUNGRY = {
    "long-header": (HEADERS + b"\r\n\r\n\r\n--b--", "bytes of a part's headers"),
    "many-parts": (PART * 100_000 + b"--b--", "fields of a form"),
    "long-option": (PART.replace(b"1", b"1" * 100_000) + b"--b--", "bytes of a form's option"),
    "many-fields": (b"image=a" + b"&a=b" * 1_000_000, "fields of a form"),
    "many-escapes": (b"image=" + b"%41" * 3_000_000, "escapes of a form"),
    "long-field": (b"image=a&b=" + b"c" * 100_000, "bytes of a form's option"),
    "many-keys": (b'{"image":"a",' + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
                  "values of JSON"),
    "deep": (b'{"a":' * 100_000, "values of JSON"),
    "deep-list": (b'{"image":' + b"[" * 1_000_000, "values of JSON"),
    "wide": (b'{"images":[' + b'"",' * 1_000_000 + b'""]}', "values of JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", HUNGRY)
def test_an_envelope_that_takes_much_is_refused_with_the_limit_in_words(name):
    body, limit = HUNGRY[name]
    with pytest.raises(TooCostly, match=limit) as caught:
        read_payload(body)
    assert "at most" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        NESTED + b"\r\n\r\n" + b"--c\r\n\r\n\r\n" * 10_000 + b"--c--\r\n--b--",
        b'{"image": "a", "threshold": ' + b"9" * 1_000_000 + b"}",
        b'{"image": "a", "threshold": 1e999999999}',
        b"data:image/png;base64," * 10_000,
        b'{"a":' * 3_000,
    ],
    ids=["nested-multipart", "long-number", "large-number", "nested-data-uris", "deep"],
)
def test_other_odd_envelopes_are_named_errors(body):
    with pytest.raises(PayloadError):
        read_payload(body)


PROGRAM = """
import json, resource, sys
from handler.errors import PayloadError
from handler.payload import read_payload
body = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_payload(body)
except PayloadError as error:
    pass
print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024))
"""


@pytest.mark.parametrize(
    "body",
    [
        "b'image=' + b'%41' * 10_000_000",
        "b'image=' + b'%2B' * 1_900_000 + b'A' * 25_000_000",
        """b'--b\\r\\nContent-Disposition: form-data; ' + b'a="b"; ' * 4_000_000""",
        "b' ' * 33_000_000 + b'iVBORw0KGgo='",
        "b'iVBORw0KGgo' + b' ' * 33_000_000",
        """b'{"image":"' + b'A' * 33_000_000 + b'"}'""",
        """b'{"image":"' + '\U0001f600'.encode() + b'A' * 32_000_000 + b'"}'""",
    ],
    ids=["escapes", "some-escapes", "header", "spaces", "spaces-behind", "text", "one-wide-letter"],
)
def test_no_envelope_takes_ten_times_its_bytes(body):
    """The bar is 300 MB for any body; the largest have 33 MB."""
    command = [
        *("sh", "-c", 'ulimit -t 20 && exec "$@"', "sh"),
        sys.executable,
        "-c",
        PROGRAM,
        body,
    ]
    told = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout
    assert json.loads(told) < 300_000_000
