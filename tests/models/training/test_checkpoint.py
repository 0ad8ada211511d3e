"""What is written is read again, nothing is unpickled, and damage is told."""

import pickle

import numpy as np
import pytest

from models.training.checkpoint import (
    State,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_weights,
)
from models.training.errors import BadRun
from models.training.starting import draw_weights
from tests.models.training.conftest import small_network


def same(first, second):
    return first.keys() == second.keys() and all(
        (a == b).all() for name in first for a, b in zip(first[name], second[name], strict=True)
    )


def test_there_and_back(tmp_path, network):
    weights = draw_weights(network, 3)
    optimizer = [np.array(7, np.int64), np.ones((2, 3), np.float32), np.zeros((), np.float32)]
    state = State(epoch=2, step=5, done=45, best=0.25, best_epoch=1, waited=1, seconds=12.5)
    save_checkpoint(tmp_path / "c.npz", weights, optimizer, state)
    found, variables, after = load_checkpoint(tmp_path / "c.npz", network)
    assert same(found, weights)
    assert after == state
    assert [each.dtype for each in variables] == [each.dtype for each in optimizer]
    assert all((a == b).all() for a, b in zip(variables, optimizer, strict=True))
    save_checkpoint(tmp_path / "again.npz", weights, optimizer, state)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "c.npz").read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_many_variables_keep_their_order(tmp_path, sigmoid_network):
    variables = [np.full(1, index, np.float32) for index in range(120)]
    file = tmp_path / "c.npz"
    save_checkpoint(file, draw_weights(sigmoid_network, 0), variables, State())
    assert [int(each[0]) for each in load_checkpoint(file, sigmoid_network)[1]] == list(range(120))


def test_weights_alone(tmp_path, network):
    weights = draw_weights(network, 1)
    save_weights(tmp_path / "best.npz", weights)
    assert same(load_weights(tmp_path / "best.npz", network), weights)


def test_nothing_to_go_on_from(tmp_path, network):
    with pytest.raises(BadRun, match="does not exist"):
        load_checkpoint(tmp_path / "none.npz", network)


def test_another_networks(tmp_path):
    save_weights(tmp_path / "best.npz", draw_weights(small_network(columns=3), 0))
    with pytest.raises(BadRun, match="has no weights of small: layer scores wants"):
        load_weights(tmp_path / "best.npz", small_network(columns=2))
    save_weights(tmp_path / "best.npz", {})
    with pytest.raises(BadRun, match="has no weights of small"):
        load_weights(tmp_path / "best.npz", small_network())


def test_damaged_files(tmp_path, network):
    file = tmp_path / "c.npz"
    save_checkpoint(file, draw_weights(network, 0), [], State())
    whole = file.read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2], whole[:100] + b"x" + whole[101:]):
        file.write_bytes(content)
        with pytest.raises(BadRun):
            load_checkpoint(file, network)
    save_weights(file, draw_weights(network, 0))
    with pytest.raises(BadRun, match="is no checkpoint of small"):
        load_checkpoint(file, network)


class Danger:
    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


def test_nothing_is_unpickled(tmp_path, network):
    file = tmp_path / "c.npz"
    np.savez(file, state=np.array([Danger()], object))
    with pytest.raises(BadRun):
        load_checkpoint(file, network)
    file.write_bytes(pickle.dumps(Danger()))
    with pytest.raises(BadRun):
        load_weights(file, network)
