from pathlib import Path

import pytest

from models.search.search_file import DEFAULT, Objective, read_search
from models.training.errors import BadRecipe
from models.training.recipe import Recipe

ROOT = Path(__file__).parents[3]
SPACE = "space: {rate.peak: {log: [1e-4, 1e-2]}}\n"


def read(folder, text):
    (folder / "search.yaml").write_text(text)
    return read_search(folder / "search.yaml")


def test_what_is_left_out_has_its_default(tmp_path):
    plan = read(tmp_path, SPACE)
    assert plan.base == Recipe()
    assert plan.space["rate.peak"].log == (1e-4, 1e-2)  # YAML 1.1 takes 1e-4 for a text
    assert (plan.sampler, plan.pruner, plan.seed) == ("tpe", "median", 0)
    assert plan.objective == Objective(maximize="mAP", latency_ms=None)


def test_the_base_is_a_path_from_its_folder_or_keys(tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/train.yaml").write_text("epochs: 5")
    monkeypatch.chdir("/")
    assert read(tmp_path / "inner", "base: train.yaml\n" + SPACE).base.epochs == 5
    assert read(tmp_path, "base: {epochs: 6}\n" + SPACE).base.epochs == 6


def test_an_objective_is_a_name_or_a_map(tmp_path):
    assert read(tmp_path, "objective: AP50\n" + SPACE).objective == Objective(maximize="AP50")
    objective = read(tmp_path, "objective: {latency_ms: 12, precision: int8}\n" + SPACE).objective
    assert objective == Objective(maximize="mAP", latency_ms=12, precision="int8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "space must be a map"),
        ("space: [1]", "space must be a map"),
        ("spaces: {}\n" + SPACE, "did you mean space?"),
        ("- 1", "must be a map of keys, got list"),
        ("a: [", "is not YAML"),
        ("space: {rate.peak: [1, 2]}", "Expected `object`"),
        ("space: {rate.peak: {logs: [1, 2]}}", "unknown field `logs`"),
        ("space: {rate.peak: {log: [1]}}", "Expected `array` of length 2"),
        ("space: {batch: {choice: [[1], [2]]}}", "space"),
        ("objective: recall\n" + SPACE, "objective.maximize"),
        ("objective: {latency: 3}\n" + SPACE, "did you mean latency_ms?"),
        ("objective: {latency_ms: 0}\n" + SPACE, "objective.latency_ms: Expected `float` > 0"),
        ("sampler: cmaes\n" + SPACE, "sampler: Invalid enum value 'cmaes'"),
        ("base: 3\n" + SPACE, "base must be a recipe's path or its keys, got int"),
        ("base: {epoch: 3}\n" + SPACE, "base: epoch: unknown key; did you mean epochs?"),
    ],
)
def test_mistakes_are_one_line(tmp_path, text, said):
    with pytest.raises(BadRecipe) as raised:
        read(tmp_path, text)
    assert said in raised.value.message
    assert "\n" not in raised.value.message


@pytest.mark.parametrize("file", [DEFAULT, ROOT / "examples/digits/search.yaml"])
def test_what_comes_with_it_is_usable(file):
    assert len(read_search(file).space) >= 5
