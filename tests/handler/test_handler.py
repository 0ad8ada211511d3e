"""The function called as the watcher calls it, on real pictures."""

import base64
import contextlib
import dataclasses
import gc
import gzip
import io
import json
import random
import re
import struct
import tracemalloc
import weakref
import zlib
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from handler.call import Body
from handler.errors import BadOption, Deferred, PayloadError, TooCostly
from handler.handler import Handler
from handler.picture import Picture
from handler.work import check_work
from models.ssd.bundle import DEFAULT_BUNDLE, EMBEDDED
from models.ssd.cost import Allowance
from models.ssd.errors import Abandoned, BundleError, DetectorError
from models.ssd.nms import overlaps

TABLE = [
    "empty_input", "not_an_image", "bad_base64", "truncated_image", "unsupported_format",
    "too_many_pixels", "too_costly", "bad_option",
]  # fmt: skip


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def objects(reply):
    assert reply.content_type == "application/json"
    return json.loads(reply.body)


def test_a_picture_in_boxes_out(ask, cup):
    found = objects(ask(cup))
    assert [entry["class"] for entry in found] == ["cup", "dining table"]
    assert list(found[0]) == ["class", "class_id", "confidence", "xmin", "ymin", "xmax", "ymax"]
    assert found[0]["class_id"] == 47
    assert 0.9 < found[0]["confidence"] < 1
    for entry in found:
        assert 0 <= entry["xmin"] < entry["xmax"] <= 600
        assert 0 <= entry["ymin"] < entry["ymax"] <= 400
    assert found[0] != found[1]


def test_stages_are_timed(ask, cup):
    assert list(ask(cup).timings_ms) == ["decode", "preprocess", "inference", "boxes"]


@pytest.mark.parametrize("envelope", ["base64", "json", "data-uri"])
def test_envelopes_do_not_change_the_answer(ask, cup, envelope):
    text = base64.b64encode(cup).decode()
    body = {
        "base64": base64.encodebytes(cup),
        "json": json.dumps({"image": text}).encode(),
        "data-uri": f"data:image/jpeg;base64,{text}".encode(),
    }[envelope]
    assert objects(ask(body)) == objects(ask(cup))


def test_dcf_format_to_the_letter(ask, cup):
    reply = ask(cup, query={"format": "dcf"})
    whole = objects(ask(cup, query={"format": "full"}))
    first = objects(reply)[0]
    assert list(first) == ["class", "confidence", "xmin", "ymin", "xmax", "ymax"]
    assert all(isinstance(value, str) for value in first.values())
    assert first["class"] == "47"
    best = whole["detections"][0]
    assert first["confidence"] == str(np.float32(best["confidence"]))
    assert int(first["xmin"]) == best["xmin"]
    # Cut to integers, where the other formats round up.
    assert best["xmax"] - int(first["xmax"]) in {0, 1}
    assert first["xmin"] != first["xmax"]
    assert reply.body.startswith(b'[{"class": "47", "confidence": "0.9')


def test_full_format(ask, cup, handler):
    whole = objects(ask(cup, query={"format": "full"}))
    assert whole["image"] == {"width": 600, "height": 400}
    assert whole["model"]["name"] == handler.info["model"]["name"]
    assert len(whole["model"]["digest"]) == 64
    assert whole["detections"] == objects(ask(cup))
    assert set(whole["timings_ms"]) == {"decode", "preprocess", "inference", "boxes"}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"accept": "image/jpeg"}, "JPEG"),
        ({"accept": "image/png"}, "PNG"),
        ({"query": {"format": "png"}}, "PNG"),
        ({"query": {"format": "jpeg"}, "accept": "application/json"}, "JPEG"),
        ({"accept": "application/json;q=0.5, image/png"}, "PNG"),
        ({"accept": "IMAGE/JPEG"}, "JPEG"),
        ({"accept": "Image/Png; Q=0.9, Application/JSON;q=0.8"}, "PNG"),
        ({"accept": "image/png;compression=9"}, "PNG"),
        ({"accept": 'image/jpeg; a="b, c;d"; q=0.7, application/json;q=0.5'}, "JPEG"),
        ({"accept": "image/jpg"}, "JPEG"),
        ({"accept": "image/jpeg;q=0, image/*"}, "PNG"),
        ({"accept": "image/*, */*;q=0.1"}, "JPEG"),
        ({"accept": "image/png;q=0.5;v=1, image/jpeg;q=0.6;v=2"}, "JPEG"),
    ],
)
def test_the_answer_may_be_a_picture(ask, cup, fields, kind):
    reply = ask(cup, **fields)
    assert reply.content_type == f"image/{kind.lower()}"
    with Image.open(io.BytesIO(reply.body)) as drawn, Image.open(io.BytesIO(cup)) as sent:
        assert drawn.format == kind
        assert drawn.size == sent.size
        change = np.abs(np.asarray(drawn, int) - np.asarray(sent, int)).max(axis=2)
    best = objects(ask(cup))[0]
    assert change[best["ymin"] + 2 : best["ymax"] - 2, best["xmin"]].min() > 20


@pytest.mark.parametrize(
    "accept",
    [
        "", "*/*", "application/json", "image/jpeg;q=0.5, application/json", "text/html, */*;q=0.8",
        "text/html,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "image/tiff",
        "garbage;;", "APPLICATION/JSON, IMAGE/PNG", "image/png;q=0", "Image/WebP", "image",
        "image/png;v=1;q=0.4, application/json;v=2;q=0.5", "image/jpeg;q=7", "*/*, image/png;q=0.9",
    ],
)  # fmt: skip
def test_json_unless_a_picture_is_preferred(ask, cup, accept):
    assert ask(cup, accept=accept).content_type == "application/json"


PACKED = {
    "gzip": gzip.compress, "deflate": zlib.compress, "x-gzip": gzip.compress,
    "gzip, deflate": lambda body: zlib.compress(gzip.compress(body)),
    "identity": bytes,
}  # fmt: skip


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("name", ["Content-Encoding", "content-encoding"])
def test_a_body_may_come_packed(ask, cup, encoding, name):
    text = base64.b64encode(cup).decode()
    form = (
        b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        + cup
        + b"\r\n--b--\r\n"
    )
    for body in (cup, text.encode(), json.dumps({"image": text}).encode(), form):
        packed = PACKED[encoding](body)
        assert objects(ask(packed, headers={name: encoding})) == objects(ask(cup))


def test_gzip_is_unpacked_where_no_header_tells(ask, cup):
    assert objects(ask(gzip.compress(cup))) == objects(ask(cup))
    with pytest.raises(DetectorError) as caught:
        ask(gzip.compress(b"<svg/>"))
    assert caught.value.code == "unsupported_format"


def test_an_empty_packed_body_is_empty_whichever_way(ask):
    for body in (b"", gzip.compress(b"")):
        with pytest.raises(PayloadError) as caught:
            ask(body, headers={"content-encoding": "gzip"})
        assert caught.value.code == "empty_input"
    assert "usage" in objects(ask(b"", method="GET", headers={"content-encoding": "gzip"}))


def test_a_packed_body_has_the_limit_of_a_body(cup):
    handler = Handler({"MAX_BODY_BYTES": str(len(cup))})

    class Call:
        input = gzip.compress(cup)
        headers = {"Content-Encoding": "gzip"}  # noqa: RUF012  # a request's own, never changed

    assert objects(handler(Call()))[0]["class"] == "cup"
    Call.input = gzip.compress(cup + b"\0")
    with pytest.raises(PayloadError, match=f"more than {len(cup)} bytes") as caught:
        handler(Call())
    assert caught.value.code == "body_too_large"


@pytest.mark.parametrize(("noise", "most"), [(0, 16_000_000), (150_000, 24_000_000)])
def test_a_packed_body_may_grow_by_its_own_size(ask, noise, most):
    body = gzip.compress(random.Random(1).randbytes(noise) + bytes(40_000_000))
    with pytest.raises(PayloadError, match="unpacks to more than") as caught:
        ask(body, headers={"content-encoding": "gzip"})
    assert caught.value.code == "body_too_large"
    told = int(re.search("more than ([0-9]+)", caught.value.message)[1])
    assert most <= told == max(16_000_000, 160 * len(body)) < most * 1.3


def test_a_packed_body_may_ask_for_no_more_than_its_own_size(ask):
    """Zeros behind a picture make it large, and pack to nothing."""
    coded = {"headers": {"content-encoding": "gzip"}}
    hungry = blank(4200, 3600, "WEBP")
    padded = hungry + b"JUNK" + struct.pack("<I", 12_000_000) + bytes(12_000_000)
    with pytest.raises(DetectorError, match="bytes of memory"):
        ask(hungry)
    assert objects(ask(padded)) == []
    with pytest.raises(TooCostly, match="bytes of memory unpacked, at most 100,000,000"):
        ask(gzip.compress(padded), **coded)
    many = json.loads(tiny(200))
    many["images"][0] += " " * 12_000_000
    with pytest.raises(TooCostly, match="milliseconds of work, at most 1,000"):
        ask(gzip.compress(json.dumps(many).encode()), **coded)
    assert len(objects(ask(gzip.compress(tiny(3)), **coded))) == 3


@pytest.mark.parametrize("envelope", ["query", "json", "form", "urlencoded"])
def test_an_option_without_a_value_is_the_default(ask, cup, envelope):
    text = base64.b64encode(cup).decode()
    head = "--b\r\nContent-Disposition: form-data; name="
    names = ["threshold", "iou", "top_k", "max_detections", "classes", "format"]
    empty = "".join(f"{head}{name}\r\n\r\n\r\n" for name in names)
    body, fields = {
        "query": (cup, {"query": "&".join(f"{name}=" for name in names)}),
        "json": (json.dumps({"image": text, **dict.fromkeys(names)}).encode(), {}),
        "form": (f"{empty}{head}image\r\n\r\n{text}\r\n--b--".encode(), {}),
        "urlencoded": ("".join(f"{name}=&" for name in names).encode() + b"image="
                       + text.replace("+", "%2B").encode(), {}),
    }[envelope]  # fmt: skip
    assert objects(ask(body, **fields)) == objects(ask(cup))


def test_query_wins_over_body_and_body_over_settings(cup):
    handler = Handler({"THRESHOLD": "0.99"})
    assert handler.info["settings"]["THRESHOLD"] == "0.99"
    body = json.dumps({"image": base64.b64encode(cup).decode(), "threshold": 0.9}).encode()

    class Call:
        input = body
        query = {"threshold": "0.5"}  # noqa: RUF012  # a request's own, never changed

    class NoQuery:
        input = body

    class Bare:
        input = cup

    assert len(objects(handler(Call()))) == 2
    assert len(objects(handler(NoQuery()))) == 1
    assert len(objects(handler(Bare()))) == 0


@pytest.mark.parametrize("query", ["threshold=0.3&classes=cup", b"threshold=0.3&classes=cup",
                                   {"threshold": ["0.3"], "classes": ["cup"]}])  # fmt: skip
def test_a_query_may_be_text_or_a_mapping(ask, cup, query):
    assert {entry["class"] for entry in objects(ask(cup, query=query))} == {"cup"}


def test_per_call_settings(ask, cat):
    assert len(objects(ask(cat, query={"threshold": "0.05"}))) > 1
    assert len(objects(ask(cat, query={"threshold": "0.05", "max_detections": "1"}))) == 1
    assert objects(ask(cat, query={"classes": "dog,car"})) == []


def test_a_batch_answers_in_order_and_one_bad_picture_fails_alone(ask, cat, cup):
    texts = [base64.b64encode(body).decode() for body in (cat, cup)]
    cut = base64.b64encode(cup[:30_000]).decode()
    body = json.dumps({"images": [texts[0], "junk", cut, texts[1]]}).encode()
    first, junk, broken, last = objects(ask(body))
    assert first == objects(ask(cat))
    assert last == objects(ask(cup))
    assert junk["error"]["code"] == "not_an_image"
    assert junk["error"]["index"] == 1
    assert broken["error"] == {
        "code": "truncated_image",
        "message": "the JPEG image ends early or is damaged: send the whole file, or add "
        "damaged=accept for what can be read of it",
        "index": 2,
    }


ZEROS_INSIDE = Path(__file__).parents[1] / "data/pictures/zeros-inside.jpg"


def test_damage_is_an_error_unless_the_call_accepts_it(ask):
    body = ZEROS_INSIDE.read_bytes()
    text = base64.b64encode(body).decode()
    for sent in (body, json.dumps({"image": text}).encode()):
        with pytest.raises(DetectorError, match="damaged=accept") as caught:
            ask(sent)
        assert caught.value.code == "truncated_image"
        assert isinstance(objects(ask(sent, query={"damaged": "accept"})), list)
    accepted = {"damaged": "accept"}
    assert isinstance(objects(ask(json.dumps({"image": text} | accepted).encode())), list)
    (entry,) = objects(ask(json.dumps({"images": [text]}).encode()))
    assert entry["error"]["code"] == "truncated_image"
    assert objects(ask(json.dumps({"images": [text]} | accepted).encode())) == [[]]


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_damaged_picture_that_is_accepted_can_be_drawn(ask, kind):
    reply = ask(ZEROS_INSIDE.read_bytes(), query={"damaged": "accept", "format": kind})
    with Image.open(io.BytesIO(reply.body)) as drawn:
        assert drawn.size == (360, 240)


def test_a_picture_that_is_too_wide_for_a_jpeg_is_shrunk(ask):
    reply = ask(blank(70_000, 10, "PNG"), query={"format": "jpeg"})
    with Image.open(io.BytesIO(reply.body)) as drawn:
        assert drawn.size == (65_500, 9)


def test_a_batch_of_one_is_still_a_batch(ask, cat):
    body = json.dumps({"images": [base64.b64encode(cat).decode()]}).encode()
    assert objects(ask(body)) == [objects(ask(cat))]


def huge_png():
    def chunk(name, content):
        crc = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + crc

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.parametrize(
    ("make", "query", "code"),
    [
        (lambda cup: b"", {}, "empty_input"),
        (lambda cup: b"no picture at all", {}, "not_an_image"),
        (lambda cup: base64.b64encode(cup)[:50_001], {}, "bad_base64"),
        (lambda cup: base64.b64encode(cup)[:50_002], {}, "bad_base64"),
        (lambda cup: base64.b64encode(cup)[:50_000] + b"\x7f", {}, "bad_base64"),
        (lambda cup: cup[: len(cup) // 2], {}, "truncated_image"),
        (lambda cup: cup[:20], {}, "truncated_image"),
        (lambda cup: base64.b64encode(cup[:30_000]), {}, "truncated_image"),
        (lambda cup: b"\0\0\0\x18ftypheic" + bytes(99), {}, "unsupported_format"),
        (lambda cup: huge_png(), {}, "too_many_pixels"),
        (lambda cup: cup, {"threshold": "7"}, "bad_option"),
        (lambda cup: cup, {"classes": "unicorn"}, "bad_option"),
        (lambda cup: cup, {"treshold": "0.5"}, "bad_option"),
        (lambda cup: b'{"image": ', {}, "bad_option"),
    ],
)
def test_every_error_has_its_code_and_one_line(ask, cup, make, query, code):
    assert code in TABLE
    with pytest.raises(Exception) as caught:  # noqa: PT011  # of several rooms, told by code
        ask(make(cup), query=query)
    assert caught.value.code == code
    assert "\n" not in caught.value.message
    assert "/" not in caught.value.message.replace("JPEG/PNG", "")


def test_the_same_object_in_every_kind_of_picture(ask, cat):
    """Grey, 16-bit, palette, alpha, CMYK, animated and turned: the cat is where it was."""
    (expected,) = objects(ask(cat))
    with Image.open(io.BytesIO(cat)) as image:
        picture = image.convert("RGB")
    grey = picture.convert("L")
    alpha = picture.copy()
    alpha.putalpha(255)
    turned = Image.Exif()
    turned[0x0112] = 6
    kinds = {
        "grey": saved(grey, "JPEG", quality=95),
        "16-bit": saved(Image.fromarray(np.asarray(grey).astype(np.uint16) * 257), "PNG"),
        "palette": saved(picture.quantize(256), "PNG"),
        "alpha": saved(alpha, "PNG"),
        "cmyk": saved(picture.convert("CMYK"), "JPEG", quality=95),
        "gif": saved(picture, "GIF", save_all=True, append_images=[Image.new("RGB", picture.size)]),
        "webp": saved(picture, "WEBP"),
        "avif": saved(picture, "AVIF"),
        "bmp": saved(picture, "BMP"),
        "tiff": saved(picture, "TIFF"),
        "turned": saved(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=turned),
        "large": saved(picture.resize((picture.width * 6, picture.height * 6)), "JPEG"),
    }
    for kind, encoded in kinds.items():
        found = objects(ask(encoded, query={"classes": "cat", "threshold": "0.3"}))
        assert found, kind
        scale = 6 if kind == "large" else 1
        edges = ("ymin", "xmin", "ymax", "xmax")
        box = np.float32([[found[0][edge] / scale for edge in edges]])
        assert overlaps(box, np.float32([[expected[edge] for edge in edges]]))[0, 0] > 0.85, kind


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_an_empty_question_tells_how_to_use_it(ask, method):
    usage = objects(ask(b"", method=method))
    assert "curl" in usage["example"]
    assert "dog" in usage["classes"]
    assert usage["options"]["top_k"] == "1 to 10000"
    assert usage["options"]["max_detections"] == "1 to 1000"


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in EMBEDDED.glob("*/manifest.json"))
)
def test_every_embedded_bundle_can_be_chosen(cup, name):
    handler = Handler({"MODEL_BUNDLE": str(EMBEDDED / name)})

    class Call:
        input = cup

    assert objects(handler(Call()))[0]["class"] == "cup"
    assert handler.info["model"]["name"].startswith("ssdlite")


def test_every_reply_names_the_model_and_info_no_path(cup):
    environ = {"MODEL_BUNDLE": str(DEFAULT_BUNDLE), "MODEL_ID": "digits-2"}
    handler = Handler(environ)
    digest = handler.info["model"]["digest"]
    title = f"digits-2 ({digest[:12]})"

    class Call:
        input = cup
        query: ClassVar = {"format": "full"}

    class Drawn(Call):
        query: ClassVar = {"format": "jpeg"}

    class Usage:
        input = b""
        method = "GET"

    class Batch:
        input = json.dumps({"images": [base64.b64encode(cup).decode()]}).encode()

    calls = Call(), Drawn(), Usage(), Batch()
    assert [handler(call).headers for call in calls] == [{"X-Model": title}] * 4
    assert json.loads(handler(Call()).body)["model"]["id"] == "digits-2"

    class Broken:
        input = cup[:500]

    class Nothing:
        input = b""

    for call in (Broken(), Nothing()):
        with pytest.raises((DetectorError, PayloadError)) as refused:
            handler(call)
        assert refused.value.headers == {"X-Model": title}
    assert handler.info["serves"] == title
    assert handler.info["settings"]["MODEL_BUNDLE"] == DEFAULT_BUNDLE.name


def test_a_bundle_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(BundleError, match="neither a folder nor"):
        Handler({"MODEL_BUNDLE": str(tmp_path / "none")})


def test_only_an_input_is_needed(handler, cup):
    """What the original watcher passes has `input` and little more."""

    class Original:
        input = base64.encodebytes(cup)

    assert objects(handler(Original()))[0]["class"] == "cup"


def test_an_input_may_be_text(ask, cup):
    assert objects(ask(base64.b64encode(cup).decode())) == objects(ask(cup))


def test_the_samples_are_the_ones_the_notice_tells_of():
    samples = Path(__file__).parents[2] / "samples"
    notice = (samples.parent / "NOTICE").read_text()
    assert all(sample.name in notice for sample in samples.iterdir())


DEAREST = {"threshold": "0", "top_k": "10000", "max_detections": "1000"}


@pytest.mark.parametrize("iou", ["0", "0.0001", "1"])
def test_the_dearest_options_are_answered_with_little_memory(ask, cat, iou):
    """A matrix of all candidates with all would take gigabytes."""
    tracemalloc.start()
    try:
        found = objects(ask(cat, query={**DEAREST, "iou": iou}))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 100 < len(found) <= 1_000
    assert peak < 50e6


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_thousand_boxes_are_drawn(ask, cat, kind):
    reply = ask(cat, query={**DEAREST, "iou": "1", "format": kind})
    with Image.open(io.BytesIO(reply.body)) as drawn, Image.open(io.BytesIO(cat)) as sent:
        assert drawn.size == sent.size


@pytest.mark.parametrize("query", [{"top_k": "10001"}, {"max_detections": "1001"}])
def test_more_is_refused(ask, cat, query):
    with pytest.raises(BadOption, match=r"must be a whole number from 1 to 10+, got"):
        ask(cat, query=query)


def test_classes_are_the_same_by_any_word_and_as_often_as_one_likes(ask, cat):
    once = objects(ask(cat, query={"classes": "cat", "threshold": "0.01"}))
    words = ["cat", "Cat", " CAT", "17"] * 500
    body = {"image": base64.b64encode(cat).decode(), "classes": words, "threshold": 0.01}
    assert objects(ask(json.dumps(body).encode())) == once
    assert {entry["class"] for entry in once} == {"cat"}


class Turn:
    """How it stands with a call whose caller leaves after so many pictures."""

    def __init__(self, may_defer=False, leaves_after=None):
        self.may_defer = may_defer
        self.worked = 0
        self._leaves_after = leaves_after

    @property
    def expired(self):
        if self.worked == self._leaves_after:
            return True
        self.worked += 1
        return False


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A request that tells how it stands with the call, as the watcher's do."""

    input: bytes
    turn: Turn
    accept: str = ""
    query: str = ""
    method: str = "POST"


def tiny(count):
    """A batch of blank pictures of a few bytes each."""
    target = io.BytesIO()
    Image.new("P", (1, 1)).save(target, "GIF")
    text = base64.b64encode(target.getvalue()).decode()
    return json.dumps({"images": [text] * count}).encode()


def blank(width, height, kind="PNG"):
    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, kind)
    return target.getvalue()


def test_a_small_batch_of_much_work_is_refused(ask):
    with pytest.raises(TooCostly, match="milliseconds of work, at most 1,000"):
        ask(tiny(256))
    large = base64.b64encode(blank(3000, 3000, "WEBP")).decode()
    with pytest.raises(TooCostly, match="send fewer or smaller images"):
        ask(json.dumps({"images": [large] * 40}).encode())
    assert len(json.loads(ask(tiny(40)).body)) == 40


def test_a_batch_of_real_pictures_is_no_small_one(handler, cup):
    text = base64.b64encode(cup).decode()
    pictures = [handler._inspect(Picture(cup), handler._default_settings, damaged=False)] * 256
    body = Body(text.encode() * 256, 256 * len(text))
    check_work(object(), body, pictures, "json", Allowance())


def test_a_drawn_picture_is_part_of_the_work(ask):
    with pytest.raises(TooCostly, match="milliseconds of work"):
        ask(blank(3000, 3000, "WEBP"), query={"format": "png"})
    with pytest.raises(DetectorError, match="bytes of memory"):
        ask(blank(4500, 4500, "PNG"), query={"format": "jpeg"})
    with pytest.raises(DetectorError, match="pixels drawn as PNG"):
        ask(blank(5000, 5000, "JPEG"), query={"format": "png"})


@pytest.mark.parametrize(
    "body", [tiny(30), blank(2800, 2900), blank(2500, 2500)], ids=["batch", "large", "long"]
)
def test_a_long_call_asks_to_be_run_apart(handler, body):
    with pytest.raises(Deferred) as caught:
        handler(Waiting(body, Turn(may_defer=True)))
    assert caught.value.defer
    assert handler(Waiting(body, Turn())).status == 200


def test_an_ordinary_call_is_never_run_apart(handler, cup):
    assert handler(Waiting(cup, Turn(may_defer=True))).status == 200


def test_the_rest_of_a_batch_is_left_out_when_nobody_waits(handler):
    turn = Turn(leaves_after=2)
    with pytest.raises(Abandoned):
        handler(Waiting(tiny(40), turn))
    assert turn.worked == 2
    handler(Waiting(tiny(40), whole := Turn()))
    assert whole.worked == 40


@pytest.mark.parametrize(
    "body", [b"\xff\xd8\xff" + b"\xff" * 100_000, b"hello" * 1000, b'{"image":"a"}']
)
def test_a_refused_body_is_not_kept(handler, body):
    """A cycle of an error and its frames would keep 30 MB until the collector comes by."""
    request = Waiting(body, Turn())
    gone = weakref.ref(request.turn)
    gc.disable()
    try:
        with contextlib.suppress(DetectorError, PayloadError):
            handler(request)
        del request
        assert gone() is None
    finally:
        gc.enable()


def test_a_body_that_is_text_is_base64_as_bytes_are(ask, cup):
    text = base64.b64encode(cup)
    assert objects(ask(text.decode())) == objects(ask(text))
    with pytest.raises(PayloadError, match="neither an image nor base64"):
        ask("汽车 \ud800")


@pytest.mark.parametrize("wanted", ["jpeg", "png"])
def test_a_batch_is_never_answered_with_a_picture(ask, cup, wanted):
    body = json.dumps({"images": [base64.b64encode(cup).decode()]}).encode()
    with pytest.raises(BadOption, match="a batch cannot be answered with a picture"):
        ask(body, query={"format": wanted})
