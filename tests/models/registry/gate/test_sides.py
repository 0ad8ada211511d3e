"""The pictures that a process of its own answers."""

from models.registry.gate.sides import some_of
from tests.models.evaluation.scenes import data, picture


def test_at_most_16_from_all_over():
    for count in (1, 15, 16, 17, 100):
        scene = data(*(picture(number, file=number) for number in range(count)))
        files = some_of(scene)
        assert files == some_of(scene)
        assert len(files) == len(set(files))
        assert min(count, 8) <= len(files) <= 16
        assert files[0] == 0
