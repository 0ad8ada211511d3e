import shutil

import pytest

from models.commands.verb_options import options_of
from models.pipeline.description import Pipeline, Step
from models.pipeline.errors import PipelineError
from models.pipeline.looking import Looker, given_by
from models.pipeline.machine import Noted, Stage
from models.ssd.bundle import DEFAULT_BUNDLE, EMBEDDED, open_bundle

FLOAT = "ssdlite_mobilenet_v2_coco"
INT8 = DEFAULT_BUNDLE.name


@pytest.fixture
def look(tmp_path, registry):
    """Looks at a step, in a folder with a data set, a config and a registry of one model."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.jpg").write_bytes(b"1")
    (tmp_path / "train.yaml").write_text("epochs: 1")
    registry(str(tmp_path / "registry")).add(EMBEDDED / INT8, "coco")
    looker = Looker(Pipeline(tmp_path / "pipeline.yaml", ()), options_of, registry)

    def looked(words, noted=None, given=(), **options):
        return looker.look(step_of(words, **options), noted, dict(given))

    return looked


def step_of(words, **options):
    return Step("step", words, {name: (value,) for name, value in options.items()})


def test_content_counts_and_not_its_place(look, tmp_path):
    before = look("train", data="data", out="run", config="train.yaml")
    shutil.copytree(tmp_path / "data", tmp_path / "moved")
    assert look("train", data="moved", out="run", config="train.yaml").inputs == before.inputs
    (tmp_path / "data/a.jpg").write_bytes(b"2")
    after = look("train", data="data", out="run", config="train.yaml")
    assert {name for name in before.inputs if before.inputs[name] != after.inputs[name]} == {"data"}


def test_options_the_verb_and_its_code_are_inputs(look):
    plain = look("train", data="data", out="run").inputs
    assert {"the verb", "the code", "data", "out"} <= plain.keys()
    made = look("data make digits", count="3", out="made").inputs
    assert made["split"] == '["train"]'  # as it is usual
    other = look("train", data="data", out="other", **{"time-limit": "1m"}).inputs
    assert {name for name in other if plain.get(name) != other[name]} == {"out", "time-limit"}


def test_what_the_environment_says_is_an_input(tmp_path, registry, monkeypatch):
    # Options are asked once a process: another process has another environment.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5")
    looker = Looker(Pipeline(tmp_path / "p.yaml", ()), options_of.__wrapped__, registry)
    (tmp_path / "data").mkdir()
    seen = looker.look(step_of("train", data="data", out="run"), None, {})
    assert seen.inputs["track"] == '["http://127.0.0.1:5"]'


def test_an_input_that_is_missing_is_told_with_its_step(look):
    with pytest.raises(PipelineError, match=r"step: config: none\.yaml: No such file"):
        look("train", data="data", out="run", config="none.yaml")
    with pytest.raises(PipelineError, match="step: candidate: nothing: bundle nothing is neither"):
        look("gate", candidate="nothing", data="data", registry="registry")


def test_models_are_found_as_the_gate_finds_them(look, tmp_path):
    digest = open_bundle(EMBEDDED / INT8).digest
    kept = look("gate", candidate="coco-1", data="data", registry="registry").inputs
    assert kept["candidate"] == digest
    assert kept["against"] == "none"
    embedded = look("gate", candidate=INT8, data="data", registry="registry").inputs
    assert embedded["candidate"] == digest
    shutil.copytree(EMBEDDED / FLOAT, tmp_path / "bundle")
    other = look("gate", candidate="bundle", against="coco-1", data="data", registry="registry")
    assert other.inputs["candidate"] != digest
    assert other.inputs["against"] == digest


def test_a_model_that_serves_by_now_is_not_judged_again(look, tmp_path, registry):
    options = {"candidate": "coco-1", "data": "data", "registry": "registry"}
    before = look("gate", **options)
    assert before.inputs["against"] == "none"
    registry(str(tmp_path / "registry")).tag("serving", "coco-1")
    noted = Noted(Stage.DONE, before.inputs, {})
    assert look("gate", noted, **options).inputs == before.inputs
    registry(str(tmp_path / "registry")).add(EMBEDDED / FLOAT, "coco")
    registry(str(tmp_path / "registry")).tag("serving", "coco-2")
    assert look("gate", noted, **options).inputs != before.inputs


def test_a_model_that_a_step_gave_is_whole_while_the_registry_has_it(look, tmp_path, registry):
    step = step_of("models add", bundle=INT8, experiment="coco", registry="registry")
    gave = f"coco-1 {open_bundle(EMBEDDED / INT8).digest}"
    noted = Noted(Stage.DONE, {}, {"model": gave})
    options = {"bundle": INT8, "experiment": "coco", "registry": "registry"}
    assert look("models add", noted, **options).outputs == {"model": gave}
    assert given_by([step], {"step": noted}) == {"step": "coco-1"}
    assert given_by([step], {}) == {}
    registry(str(tmp_path / "registry")).remove("coco-1")
    assert look("models add", noted, **options).outputs == {}


def test_a_model_stands_for_its_step(look):
    options = {"candidate": "$add", "data": "data", "registry": "registry"}
    seen = look("gate", given=[("add", "coco-1")], **options)
    assert seen.inputs["candidate"] == open_bundle(EMBEDDED / INT8).digest


def test_outputs_that_were_damaged_are_other_ones(look, tmp_path):
    options = {"run": "data", "out": "bundle"}
    assert look("export", **options).outputs == {}
    shutil.copytree(EMBEDDED / INT8, tmp_path / "bundle")
    whole = look("export", **options).outputs
    assert whole == {"out": open_bundle(EMBEDDED / INT8).digest}
    (tmp_path / "bundle/labels.txt").write_text("other")
    assert look("export", **options).outputs == {}


def test_a_run_can_be_gone_on_with_once_it_has_a_checkpoint(look, tmp_path):
    options = {"data": "data", "out": "run"}
    assert not look("train", **options).can_go_on
    (tmp_path / "run").mkdir()
    assert not look("train", **options).can_go_on
    (tmp_path / "run/checkpoint.npz").touch()
    assert look("train", **options).can_go_on
    assert look("data make digits", count="3", out="made").can_go_on
