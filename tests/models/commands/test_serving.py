"""What a person sees of a rollout, and the tag that follows it."""

import pytest

from models.commands.serving import _Steps, point_serving, show_rollout, title_of
from models.delivery.connection import Connection
from models.delivery.function import Function
from models.delivery.notes import ModelNotes
from models.registry.registry import Registry
from models.registry.stores import open_store
from tests.models.registry.gate.conftest import INT8


def test_a_model_is_named_by_its_id_and_digest():
    assert title_of(ModelNotes("digits-1", "0123456789abcdef")) == "digits-1 (0123456789ab)"
    assert title_of(ModelNotes()) == "a model that no `ssd deploy` named"


def test_a_step_that_only_counts_on_is_not_told_each_time(capsys):
    steps = _Steps()
    for step in ("starting", "canary: 1 of 200 calls", "canary: 2.5 of 200 calls", "ready"):
        steps.tell(step)
    steps.end()
    told = capsys.readouterr().err.splitlines()
    assert told == ["  starting", "  canary: 1 of 200 calls", "  ready"]


def test_the_tag_follows_where_the_registry_knows_the_model(tmp_path, capsys):
    models = Registry(open_store(str(tmp_path / "registry")))
    point_serving(models, "")
    assert models.tags.all() == {}
    point_serving(models, models.add(INT8, "coco").id)
    assert models.tags.read("serving").model == "coco-1"
    point_serving(models, "coco-7")
    assert "the registry's tag serving was not moved: no model 'coco-7'" in capsys.readouterr().err


def test_a_function_that_reads_no_bundle_is_noticed(stand_in, capsys):
    row = {"revision": 2, "rollout": "ready", "serving": True, "annotations": {
        "dcf.model": "digits-2", "dcf.model.digest": "0123456789abcdef" * 4,
    }}  # fmt: skip
    stand_in.table |= {
        "GET /system/function/echo": (200, {}), "GET /system/function/echo/history": (200, [row]),
        "GET /function/echo": (200, b""),
    }  # fmt: skip
    show_rollout(Function(Connection(stand_in.address), "echo"), 2)
    told = capsys.readouterr()
    assert told.out == "echo serves digits-2 (0123456789ab) as revision 2\n"
    assert "but replies of echo name no model: does its handler read MODEL_BUNDLE" in told.err


@pytest.mark.parametrize("step", ["a\x1b[2Jb", "x" * 500])
def test_a_line_that_moves_cannot_steer_the_terminal(monkeypatch, capsys, step):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _Steps().tell(step)
    told = capsys.readouterr().err.removeprefix("\r\x1b[K")
    assert "\x1b" not in told
    assert len(told) <= 78
