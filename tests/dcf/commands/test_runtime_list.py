"""dcf runtime list."""

import json


def test_runtimes_are_listed_with_those_of_ones_own(dcf, tmp_path):
    (tmp_path / "runtime" / "mine" / "src").mkdir(parents=True)
    (tmp_path / "runtime" / "mine" / "src" / "main.py").write_text(
        "def go(req):\n    return 'mine'\n"
    )
    (tmp_path / "runtime" / "mine" / "runtime.yaml").write_text(
        "handler: {file: main.py, name: go}\n"
    )
    listed = dcf("runtime", "list", cwd=tmp_path).stdout.decode().splitlines()
    assert listed == [
        "Supported Runtimes are:",
        "- mine",
        "- python3",
        "- python3-detection",
        "- python3-http",
        "- python3-tensorflow",
        "- python3-torch",
        "- streaming",
        "",
    ]
    found = json.loads(dcf("runtime", "list", "--json", cwd=tmp_path).stdout)
    assert [each["name"] for each in found] == [line[2:] for line in listed[1:-1]]
    assert dcf("function", "init", "-r", "mine", "new", cwd=tmp_path).returncode == 0
    assert dcf("function", "run", cwd=tmp_path / "new", stdin=b"x").stdout.endswith(b"reply: mine")


def test_runtimes_of_another_folder_are_listed_and_hide_ours(run, tmp_path):
    for name in ("python3", "zz"):
        (tmp_path / "mine" / name / "src").mkdir(parents=True)
        (tmp_path / "mine" / name / "runtime.yaml").write_text(f"summary: my {name}\n")
    (tmp_path / "mine" / "no-source").mkdir()
    found = json.loads(run("runtime", "list", "-d", "mine", "--json").stdout)
    told = {each["name"]: each["summary"] for each in found}
    assert (told["python3"], told["zz"]) == ("my python3", "my zz")
    assert "no-source" not in told
    assert list(told) == sorted(told)


def test_a_folder_that_is_not_there_has_none(run):
    assert run("runtime", "list", "-d", "nowhere").exit_code == 0


def test_a_runtime_whose_description_is_none_is_named(run, tmp_path):
    (tmp_path / "runtime/bad/src").mkdir(parents=True)
    (tmp_path / "runtime/bad/runtime.yaml").write_text("[1]")
    done = run("runtime", "list")
    assert done.exit_code == 1
    assert "runtime/bad/runtime.yaml: must be a map of keys" in done.stderr
