"""What a call with tiles may cost, and that one without is what it was."""

import base64
import dataclasses
import io
import json
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from handler.call import Body
from handler.errors import BadOption, Deferred, TooCostly
from handler.handler import Handler
from handler.work import check_looks, check_work
from models.ssd.cost import Allowance
from models.ssd.errors import Abandoned

CUP = (Path(__file__).parents[2] / "samples" / "coffee.jpg").read_bytes()


@pytest.fixture(scope="module")
def handler():
    return Handler({})


@pytest.fixture(scope="module")
def cup(handler):
    return handler._detector.inspect(CUP)


@dataclasses.dataclass
class Call:
    """A call as the watcher makes one."""

    input: bytes
    query: str = ""
    turn: object = None
    accept: str = ""
    method: str = "POST"


def batch(count, picture=CUP, **options):
    text = base64.b64encode(picture).decode()
    return json.dumps({"images": [text] * count, **options}).encode()


def small(width, height):
    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize("wanted", ["json", "dcf", "jpeg", "png"])
def test_one_tile_is_byte_for_byte_what_a_call_without_gets(handler, wanted):
    plain = handler(Call(CUP, f"format={wanted}"))
    assert handler(Call(CUP, f"format={wanted}&tiles=1")).body == plain.body


def test_a_full_answer_says_the_tiles_that_were_used_where_they_were_asked_for(handler):
    def full(query):
        return json.loads(handler(Call(CUP, f"format=full&{query}")).body)

    assert full("tiles=2")["tiles"] == 2
    assert full("tiles=auto")["tiles"] == 1
    keys = ["image", "model", "detections", "timings_ms"]
    assert [*full("")] == [*full("tiles=1")] == keys


def test_tiles_come_by_query_body_or_setting_and_the_query_wins(handler):
    def used(answering, body, query=""):
        return json.loads(answering(Call(body, f"format=full&{query}")).body).get("tiles")

    text = base64.b64encode(CUP).decode()
    document = json.dumps({"image": text, "tiles": 2}).encode()
    assert used(handler, document) == 2
    assert used(handler, document, "tiles=3") == 3
    always = Handler({"TILES": "auto"})
    assert used(always, CUP) == 1
    assert used(always, document) == 2
    assert used(always, CUP, "tiles=1") is None
    assert always.info["settings"]["TILES"] == "auto"


@pytest.mark.parametrize(("most", "tiles"), [(12, 2), (4, 3)])
def test_a_batch_has_so_many_inferences_and_no_more(handler, most, tiles):
    assert len(json.loads(handler(Call(batch(most, tiles=tiles))).body)) == most
    looks = {2: 5, 3: 14}[tiles] * (most + 1)
    told = f"{most + 1} images with tiles={tiles} are {looks} inferences, at most 64 are allowed"
    with pytest.raises(BadOption, match=told):
        handler(Call(batch(most + 1, tiles=tiles)))


def test_only_pictures_that_get_tiles_count(handler, cup):
    plain = [cup] * 200
    check_looks(plain, 1)
    check_looks(plain, "auto")
    with pytest.raises(BadOption, match="81 images with tiles=auto are 85 inferences"):
        check_looks([cup] * 80 + [msgspec.structs.replace(cup, tiles=2)], "auto")
    failed = BadOption("of one image")
    check_looks([failed] * 200 + [msgspec.structs.replace(cup, tiles=3)] * 4, 3)
    answers = json.loads(handler(Call(batch(20, small(60, 60), tiles=3, format="full"))).body)
    assert [answer["tiles"] for answer in answers] == [1] * 20


def test_each_look_is_work(cup):
    body = Body(b"x" * 50_000, 50_000)
    allowance = Allowance(milliseconds=5 * 100)
    check_work(object(), body, [msgspec.structs.replace(cup, tiles=2)], "json", allowance)
    with pytest.raises(TooCostly, match=r"at most 100 .*, ask for fewer tiles, or raise"):
        check_work(object(), body, [msgspec.structs.replace(cup, tiles=3)], "json", allowance)


def test_auto_never_refuses_what_is_answered_without_tiles():
    """A picture whose decoding leaves room for a look at the whole, and none for tiles."""
    picture = small(1000, 800)
    plain = Handler({})._detector.inspect(picture).cost.milliseconds
    tight = Handler({"MAX_CALL_MILLISECONDS": str(int(5 * (plain + 13)))})
    assert json.loads(tight(Call(picture, "tiles=auto&format=full")).body)["tiles"] == 1
    with pytest.raises(TooCostly, match="ask for fewer tiles"):
        tight(Call(picture, "tiles=3"))
    roomy = Handler({"MAX_CALL_MILLISECONDS": str(int(5 * (plain + 13 * 14)))})
    assert json.loads(roomy(Call(picture, "tiles=auto&format=full")).body)["tiles"] == 3


class Turn:
    """Of a call that may be run apart, and that is given up after some questions."""

    def __init__(self, *, may_defer=False, patience=1000):
        self.may_defer, self.patience = may_defer, patience

    @property
    def expired(self):
        self.patience -= 1
        return self.patience < 0


def test_a_batch_that_is_long_by_its_tiles_asks_to_be_run_apart(handler):
    handler(Call(batch(4), turn=Turn(may_defer=True)))
    handler(Call(CUP, "tiles=3", turn=Turn(may_defer=True)))
    with pytest.raises(Deferred):
        handler(Call(batch(4, tiles=2), turn=Turn(may_defer=True)))


@pytest.mark.parametrize("body", [CUP, batch(4)], ids=["one", "batch"])
def test_whoever_left_is_not_looked_for_between_tiles(handler, body):
    with pytest.raises(Abandoned):
        handler(Call(body, "tiles=2", turn=Turn(patience=4)))
    assert handler(Call(body, "tiles=2", turn=Turn())).status == 200
