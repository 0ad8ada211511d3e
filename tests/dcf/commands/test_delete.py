"""dcf function delete."""

import json

import pytest

from tests.waiting import without_waiting


def test_delete_takes_several_and_tells_of_each_that_failed(versions, write_function, tmp_path):
    for name in ("one", "two"):
        versions.deploy(write_function(tmp_path / name, name))
    done = versions.dcf("delete", "one", "nope", "two")
    assert done.returncode == 1
    assert done.stdout == b"Deleted: one\nDeleted: two\n"
    (line,) = without_waiting(done.stderr.decode()).splitlines()
    assert line.startswith("Error: did not delete: ")


GONE = "DELETE /system/functions"


def deleted(stand_in):
    return [json.loads(each.body)["functionName"] for each in stand_in.asked]


def test_a_config_file_alone_means_all_of_it_and_names_mean_themselves(ask, stand_in, tmp_path):
    stand_in.table[GONE] = (200, b"")
    (tmp_path / "c.yaml").write_text("functions: {a: {}, b: {}}")
    done = ask("function", "delete", "-f", "c.yaml")
    assert (done.exit_code, done.stdout) == (0, "Deleted: a\nDeleted: b\n")
    assert ask("function", "delete", "-f", "c.yaml", "other").exit_code == 0
    assert deleted(stand_in) == ["a", "b", "other"]


def test_the_files_own_gateway_is_asked_where_none_is_named(run, stand_in, tmp_path):
    stand_in.table[GONE] = (200, b"")
    config = f"functions: {{a: {{}}}}\ndcf: {{gateway: '{stand_in.address}'}}"
    (tmp_path / "c.yaml").write_text(config)
    assert run("function", "delete", "-f", "c.yaml").exit_code == 0
    assert deleted(stand_in) == ["a"]


def test_without_any_name_it_is_a_wrong_use(ask, stand_in):
    done = ask("function", "delete")
    assert done.exit_code == 2
    assert "name a function, or a config file with -f" in done.stderr
    assert stand_in.asked == []


@pytest.mark.parametrize(
    ("answers", "out", "complaints"),
    [
        ([(404, b"no a"), (200, b"")], "Deleted: b\n", ["no a"]),
        ([(200, b""), (404, b"no b")], "Deleted: a\n", ["no b"]),
        ([(404, b"no a"), (500, b"no b")], "", ["no a", "no b"]),
    ],
)
def test_each_that_fails_is_told_and_the_others_go_all_the_same(
    ask, stand_in, answers, out, complaints
):
    stand_in.table[GONE] = answers
    done = ask("function", "delete", "a", "b")
    assert (done.exit_code, done.stdout) == (1, out)
    assert done.stderr.splitlines() == [f"Error: did not delete: {each}" for each in complaints]
