"""Rules as people write them."""

from pathlib import Path

import pytest

from models.registry.errors import RegistryError
from models.registry.gate import rules as module
from models.registry.gate.rules import Rules, read_rules


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "gate.yaml"
        file.write_text(text)
        return file

    return write


def test_an_empty_file_is_the_defaults(written):
    assert read_rules(written("")) == Rules()


def test_the_example_of_the_module_is_read(written):
    text = "\n".join(line for line in module.__doc__.splitlines() if ": {" in line)
    rules = read_rules(written(text))
    assert rules.floors == {"mAP": 0.4, "AP50": 0.6}
    assert rules == Rules(floors=rules.floors)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("overal: {limit: 1}", "unknown field `overal`"),
        ("overall: {limit: -1}", r"overall\.limit must be 0\.\.100 points, got -1"),
        ("overall: {confidence: 95}", r"overall\.confidence must be from 0\.5"),
        ("classes: {objects: 0}", r"classes\.objects must be 1 or more"),
        ("latency: {limit: 0}", "must be above 0"),
        ("floors: {mIoU: 0.5}", "floors knows mAP, AP50 and AP75"),
        ("floors: {mAP: 50}", r"floors\.mAP must be 0\.\.1"),
        ("golden: {lost: -1}", "must be 0 or more"),
        ("golden: {share: 20}", r"golden\.share must be 0\.\.1"),
        ("data: {unknown: 1}", "data.unknown"),
        ("- a", "Expected `object`, got `array`"),
        ("a: [", r"gate\.yaml: "),
        ("!!python/object/apply:os.system [true]", r"gate\.yaml: "),
        ("# " + "x" * 70_000, "it is no rules file"),
    ],
)
def test_a_mistake_names_the_key(written, text, said):
    with pytest.raises(RegistryError, match=said) as raised:
        read_rules(written(text))
    assert "\n" not in raised.value.message


def test_a_file_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        read_rules(Path("nowhere.yaml"))
