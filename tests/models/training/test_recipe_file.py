"""``train.yaml``: every mistake is one line that names the key."""

import msgspec
import pytest

from models.training.errors import BadRecipe
from models.training.recipe import Recipe
from models.training.recipe_file import format_recipe, read_recipe


def read(tmp_path, text):
    file = tmp_path / "train.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recipe(file)


def test_an_empty_file_is_all_defaults(tmp_path):
    assert read(tmp_path, "") == Recipe()
    assert read(tmp_path, "# nothing\n") == Recipe()


def test_what_is_written_is_read_again(tmp_path):
    recipe = read(tmp_path, "epochs: 7\nrate: {peak: 1e-4, steps: [0.1]}\nstart: ./run\n")
    assert (recipe.epochs, recipe.rate.peak, recipe.rate.steps) == (7, 1e-4, (0.1,))
    assert recipe.batch == Recipe().batch
    assert read(tmp_path, format_recipe(recipe)) == recipe


def test_every_key_is_in_what_is_written():
    written = format_recipe(Recipe())
    for key in msgspec.structs.fields(Recipe):
        assert f"{key.name}:" in written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epoch: 3", "epoch: unknown key; did you mean epochs?"),
        ("rate: {peek: 1}", "rate.peek: unknown key; did you mean peak?"),
        ("zzz: 1", "zzz: unknown key; allowed are network, anchors"),
        ("1: 2", "1: unknown key"),
        ("epochs: 0", "epochs: Expected `int` >= 1"),
        ("epochs: many", "epochs: Expected `int`"),
        ("rate: {peak: 0}", "rate.peak: Expected `float` > 0"),
        ("rate: {peak: .nan}", "rate.peak: "),
        ("rate: {shape: cosinus}", "rate.shape: Invalid enum value 'cosinus'"),
        ("rate: {steps: [2]}", "rate.steps"),
        ("augmentation: {flip: 1.5}", "augmentation.flip: Expected `float` <= 1"),
        ("augmentation: 1", "augmentation must be a map, got int"),
        ("augmentation:", "augmentation must be a map, got NoneType"),
        ("precision: float16", "precision: Invalid enum value"),
        ("- a", "must be a map of keys, got list"),
        ("a: [", "is not YAML: "),
        (b"\xff\xfe\xff", "is not YAML: "),
        ("a: !!python/object:os.system {}", "is not YAML: "),
        ("x" * (1 << 20) + "yy", "more than 1 MiB"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path, text, words):
    with pytest.raises(BadRecipe) as failed:
        read(tmp_path, text)
    assert words in failed.value.message
    assert "\n" not in failed.value.message
    assert "train.yaml" in failed.value.message


def test_numbers_that_are_none(tmp_path):
    for text in ("rate: {peak: .inf}", "optimizer: {clip: .nan}", "validation: -.inf"):
        with pytest.raises(BadRecipe):
            read(tmp_path, text)
