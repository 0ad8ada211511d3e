"""Forms are taken apart as browsers and curl make them, and refused where they would cost much."""

import base64
import binascii
import io
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import MultiPartParser

from handler.errors import BadOption, EmptyInput, NotAnImage, PayloadError, TooCostly
from handler.forms import Form, read_multipart, read_urlencoded
from handler.limits import FORM_FIELD_BYTES, FORM_FIELDS
from handler.payload import read_payload
from tests.handler.memory import grown

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TEXT = base64.b64encode(PNG)
GIF = b"GIF89a" + bytes(range(40)) + b" +%;"


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
        b"--other\r\n",
    ],
    ids=["no-end", "cut-end", "no-disposition", "no-blank-line", "no-beginning"],
)
def test_broken_forms_are_told(body):
    with pytest.raises(BadOption):
        read_multipart(body, b"XyZ")


def parts(*pairs, boundary=b"XyZ"):
    body = b"".join(
        b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"
        for head, content in pairs
    )
    return body + b"--" + boundary + b"--\r\n"


DATA = b"Content-Disposition: form-data; "
PICTURE = (DATA + b'name="image"; filename="a.png"', PNG)


def picture_of(body):
    payload = read_payload(body)
    assert not payload.batch
    return payload.pictures[0].encoded


@pytest.mark.parametrize(
    "name",
    [
        "사진.jpg".encode("cp949"), "写真.jpg".encode("shift-jis"), "表".encode("shift-jis"),
        "ソ.jpg".encode("shift-jis"), "功".encode("big5"), "图".encode("gbk"), "사진.jpg".encode(),
        "é.jpg".encode("latin-1"), b"a;b=c.jpg", b"%EC%82%AC%EC%A7%84.jpg", b"a\\\"b.jpg",
        b"a%22b.jpg", b"C:\\photos\\a.jpg", b"",
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [b'name="image"; filename="%s"', b'filename="%s"; name="image"'])
def test_file_names_come_in_any_bytes(name, order):
    body = parts((DATA + b'name="threshold"', b"0.3"), (DATA + order % name, PNG))
    form = read_multipart(body, b"XyZ")
    assert (form.fields, form.files) == ({"threshold": "0.3"}, {"image": PNG})


@pytest.mark.parametrize(
    "disposition",
    [
        b"name=image; filename*=UTF-8''%EC%82%AC%EC%A7%84.jpg",
        b'name="image"; filename="?.jpg"; filename*=utf-8\'\'%EC%82%AC.jpg',
        b"filename*0*=UTF-8''%EC%82; filename*1*=%AC.jpg; name=image",
        b"name*=UTF-8''im%61ge; filename=a.jpg",
        b'name = "image" ; FILENAME = a.jpg',
        b"name=image;\r\n\tfilename=a.jpg",
    ],
)
@pytest.mark.parametrize("content", [b"", b"text"])
def test_names_by_rfc_5987(disposition, content):
    assert read_multipart(parts((DATA + disposition, content)), b"XyZ").files == {"image": content}


@pytest.mark.parametrize(
    "head",
    [
        DATA + b'name="image"\r\nContent-Type: image/png',
        DATA + b'name="photo"',
        DATA + b'name="photo"\r\nContent-Type: application/octet-stream',
        b"Content-Type: image/png",
        b"X-Part: 1\r\n" + DATA + b'name="photo"; filename="a"',
        b"Content-Length: 7\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\n" + DATA + b"name=x",
        b"content-transfer-encoding: BINARY\r\ncontent-disposition : form-data; name=x",
        b"Content-Transfer-Encoding: quoted-printable\r\n" + DATA + b"name=x; filename=a",
        b"Content-Disposition: attachment; filename=a.png",
        b"Content-Encoding: gzip\r\n" + DATA + b"name=x; filename=a",
    ],
)
def test_a_picture_in_a_part_is_a_file_whatever_its_headers(head):
    long = PNG + bytes(100_000)
    assert picture_of(parts((DATA + b"name=threshold", b"0.3"), (head, long))) == long


@pytest.mark.parametrize("name", [b"image", b"file", b"data"])
def test_base64_of_a_picture_in_a_field_of_text(name):
    text = base64.b64encode(PNG) * 1
    body = parts((DATA + b'name="%s"' % name, text), (DATA + b"name=iou", b"0.5"))
    payload = read_payload(body)
    assert payload.pictures[0].encoded == PNG
    assert payload.fields == {"iou": "0.5"}


@pytest.mark.parametrize(
    "others",
    [
        [(DATA + b'name="mask"; filename=""\r\nContent-Type: application/octet-stream', b"")],
        [(DATA + b'name="image"; filename=""', b"")],
        [(DATA + b'name="image"', b"")],
        [(DATA + b'name="data"', b"hello")],
        [
            (DATA + b'name="photo"; filename=""', b" \r\n"),
            (DATA + b'name="other"; filename=""', b""),
        ],
        [(DATA + b'name="mask"; filename="a"', b"\r\n")],
    ],
    ids=["another", "same-name", "text", "data", "two", "line"],
)
@pytest.mark.parametrize("name", [b"image", b"photo"])
def test_inputs_that_nobody_filled_are_passed_over(others, name):
    picture = (DATA + b'name="%s"; filename="a.png"' % name, PNG)
    assert picture_of(parts(*others, picture)) == PNG
    assert picture_of(parts(picture, *others)) == PNG


def test_the_file_called_image_is_the_picture_among_others():
    first = (DATA + b'name="first"; filename="a.png"', PNG + b"first")
    other = (DATA + b'name="other"; filename="a.png"', PNG + b"other")
    assert picture_of(parts(first, other)) == PNG + b"first"
    assert picture_of(parts(first, PICTURE)) == PNG


@pytest.mark.parametrize(
    "boundary",
    [
        b"'()+_,-./:=?", b"a b", b"----WebKitFormBoundary7MA4YWxkTrZu0gW", b"-", b"--", b"=_?:x",
        b"a" * 70, b"(.*)[x]\\", b"----------------------------847392",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "before",
    [
        b"", b"\r\n", b"\n", b"This is a multi-part message in MIME format.\r\n\r\n",
        b"Content-Type: multipart/form-data; boundary=\"XyZ\"\r\nMIME-Version: 1.0\r\n\r\n",
    ],
    ids=["nothing", "line", "line-feed", "words", "headers"],
)  # fmt: skip
def test_boundaries_and_what_may_stand_around_a_form(boundary, before):
    body = before.replace(b"XyZ", boundary) + parts(
        (DATA + b'name="threshold"', b"0.3"), PICTURE, boundary=boundary
    )
    for form in (body, body + b"epilogue\r\n--no\r\n", body.replace(b"\r\n--", b"\r\n--", 1)):
        payload = read_payload(form)
        assert payload.pictures[0].encoded == PNG
        assert payload.fields == {"threshold": "0.3"}


@pytest.mark.parametrize("body", [b"--XyZ--", b"--XyZ--\r\n", b"\r\n--XyZ--\r\n"])
def test_a_form_without_parts_is_empty(body):
    with pytest.raises(EmptyInput, match="the form is empty"):
        read_payload(body)


@pytest.mark.parametrize(
    ("head", "content", "words"),
    [
        (b"name=x; filename=a\r\nContent-Transfer-Encoding: x-uuencode", b"begin 644 a",
         "Content-Transfer-Encoding 'x-uuencode'"),
        (b"name=x\r\nContent-Transfer-Encoding: 16bit", b"a", "Content-Transfer-Encoding '16bit'"),
        (b"name=x; filename=a\r\nContent-Encoding: gzip", b"\x1f\x8b", "Content-Encoding 'gzip'"),
        (b"name=x\r\nContent-Type: Multipart/Mixed; boundary=c", b"--c\r\n--c--", "a form"),
        (b"name=threshold\r\nContent-Transfer-Encoding: base64", b"MC4z\nA", "is no base64"),
    ],
    ids=["uuencode", "unknown", "gzip", "multipart", "bad-base64"],
)  # fmt: skip
def test_what_was_done_to_a_part_is_named(head, content, words):
    with pytest.raises(BadOption, match=words) as caught:
        read_payload(parts((DATA + head, content), PICTURE))
    assert "\n" not in caught.value.message


def test_what_was_done_to_a_part_is_undone():
    text = base64.encodebytes(PNG)
    coded = b"\r\nContent-Transfer-Encoding: "
    for name in (b"name=x; filename=a", b"name=image", b"name=photo\r\nContent-Type: image/png"):
        assert picture_of(parts((DATA + name + coded + b"base64", text))) == PNG
    printed = binascii.b2a_qp(text, istext=False)
    body = parts(
        (DATA + b"name=image" + coded + b"Quoted-Printable", printed),
        (DATA + b"name=threshold" + coded + b"base64", b"MC4z"),
        (DATA + b"name=iou" + coded + b"8bit\r\nContent-Encoding: identity", b"0.5"),
    )
    assert read_payload(body).fields == {"threshold": "0.3", "iou": "0.5"}
    assert picture_of(body) == PNG


@pytest.mark.parametrize(
    "form",
    [
        {"image": TEXT}, {"threshold": "0.3", "image": TEXT}, {"data": TEXT}, {"file": TEXT},
        {"user": "bob", "file": TEXT}, {"a.b[]": "", "top_k": "5", "data": TEXT, "x": "y"},
        {"image": "", "file": TEXT}, {"file": "", "data": TEXT, "image": " "},
        {"image": TEXT, "data": "hello", "file": "there"}, {"image": PNG}, {"x": "1", "data": GIF},
        {"image": b"data:image/png;base64," + TEXT}, {"사진": "1", "image": TEXT},
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [urlencode, lambda form: urlencode(form, quote_via=quote)])
def test_urlencoded_forms_have_any_order_and_three_names(form, write):
    payload = read_payload(write(form).encode())
    expected = GIF if GIF in form.values() else PNG
    assert payload.pictures[0].encoded == expected
    names = {"image", "file", "data"}
    assert payload.fields == {k: v for k, v in form.items() if k not in names and v}


def test_a_picture_s_value_may_be_half_escaped():
    assert picture_of(b"threshold=0.3&image=" + TEXT) == PNG
    assert picture_of(b" image=" + TEXT.replace(b"+", b"%20")) == PNG
    assert picture_of(b"image=data:image/png;base64," + TEXT) == PNG
    assert read_payload("classes=컵&image=".encode() + TEXT).fields == {"classes": "컵"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"threshold=0.3", EmptyInput), (b"threshold=0.3&iou=", EmptyInput), (b"a=b", NotAnImage),
        (b"image=", EmptyInput), (b"image=&threshold=1", EmptyInput), (b"file=+&data=", EmptyInput),
        (b"a=b&c=d", NotAnImage), (b"a=b&image=", EmptyInput), (b"image=\xff\xd8\xff", BadOption),
        (b"image=hello", NotAnImage), (b"=image", NotAnImage), (b"a\x01=b&image=c", NotAnImage),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)  # fmt: skip
def test_urlencoded_forms_without_a_picture_are_told(body, error):
    with pytest.raises(error):
        read_payload(body)


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


def test_fields_are_counted_to_the_last():
    most = FORM_FIELDS.most
    assert len(read_urlencoded(b"image=a" + b"&b=c" * (most - 1)).fields) == 1
    assert read_multipart(PART * most + b"--b--", b"b").fields == {"x": "1"}
    for read in (
        lambda: read_urlencoded(b"image=a" + b"&b=c" * most),
        lambda: read_multipart(PART * (most + 1) + b"--b--", b"b"),
    ):
        with pytest.raises(TooCostly, match="fields of a form"):
            read()


def test_options_and_headers_are_counted_to_the_byte():
    most = FORM_FIELD_BYTES.most
    assert read_multipart(PART.replace(b"1", b"1" * most) + b"--b--", b"b").fields
    with pytest.raises(TooCostly, match="bytes of a form's option"):
        read_multipart(PART.replace(b"1", b"1" * (most + 1)) + b"--b--", b"b")
    assert read_urlencoded(b"b=" + b"c" * (most - 2)).fields
    with pytest.raises(TooCostly, match="bytes of a form's option"):
        read_urlencoded(b"b=" + b"c" * (most - 1))


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
    assert grown(body) < 300_000_000
