"""dcf function list."""

import json

import pytest

LIST = "GET /system/functions"


def rows(done):
    assert done.exit_code == 0, done.stderr
    return [[cell.strip() for cell in line.split("\t")] for line in done.stdout.splitlines()]


def test_every_column_is_filled_from_its_own_field(ask, stand_in):
    stand_in.table[LIST] = (200, [
        {"name": "f", "image": "i", "invocationCount": 7, "replicas": 2, "availableReplicas": 1,
         "annotations": {"desc": "what it does", "maintainer": "me"}},
        {"name": "g", "replicas": 1},
    ])  # fmt: skip
    assert rows(ask("function", "list")) == [
        ["Function", "Image", "Maintainer", "Invocations", "Replicas", "Status", "Description"],
        ["f", "i", "me", "7", "2", "Ready", "what it does"],
        ["g", "", "", "0", "1", "Not Ready", ""],
    ]


@pytest.mark.parametrize(
    ("image", "desc", "shown"),
    [
        ("registry.example/team/f:1", "", ("$(repo)/team/f:1", "")),
        ("/f", "", ("/f", "")),
        ("x" * 30, "y" * 40, ("x" * 30, "y" * 40)),
        ("x" * 31, "y" * 41, ("x" * 28 + "..", "y" * 38 + "..")),
        ("r/" + "x" * 30, "", ("$(repo)/" + "x" * 20 + "..", "")),
    ],
)
def test_registries_are_left_out_and_long_texts_cut(ask, stand_in, image, desc, shown):
    stand_in.table[LIST] = (200, [{"name": "f", "image": image, "annotations": {"desc": desc}}])
    (_, row) = rows(ask("function", "list"))
    assert (row[1], row[6]) == shown


def test_with_a_config_file_only_its_functions_are_listed(ask, stand_in, tmp_path):
    stand_in.table[LIST] = (200, [{"name": name} for name in "abc"])
    (tmp_path / "c.yaml").write_text("functions: {a: {}, c: {}, not-there: {}}")
    assert [row[0] for row in rows(ask("function", "list", "-f", "c.yaml"))[1:]] == ["a", "c"]
    found = json.loads(ask("function", "list", "-f", "c.yaml", "--json").stdout)
    assert [each["name"] for each in found] == ["a", "c"]
    assert len(rows(ask("function", "list"))) == 4


def test_a_config_files_gateway_counts_where_none_is_named(run, stand_in, tmp_path):
    stand_in.table[LIST] = (200, [{"name": "a"}])
    config = f"functions: {{a: {{}}}}\ndcf: {{gateway: '{stand_in.address}'}}"
    (tmp_path / "c.yaml").write_text(config)
    assert rows(run("function", "list", "-f", "c.yaml"))[1][0] == "a"


def test_a_failure_has_the_originals_words(ask, stand_in):
    stand_in.table[LIST] = (500, b"no disk")
    done = ask("function", "list")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "Error: did not listed: no disk\n")
