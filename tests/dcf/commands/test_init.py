"""dcf function init."""

import pytest
import yaml


def test_init_merges_a_config_file_and_all_of_it_deploys(dcf, gateways, write_function, tmp_path):
    old = write_function(tmp_path, "old", "def handle(body):\n    return 'old'\n", name="handle")
    old.write_text(old.read_text() + "    environment: {A: b}\ndcf: {gateway: somewhere:1}\n")
    assert dcf("function", "init", "-r", "python3", "new", cwd=tmp_path).returncode == 0
    merged = tmp_path / "new" / "config.yaml"
    assert merged.stat().st_mode & 0o777 == 0o600
    told = yaml.safe_load(merged.read_text())
    assert list(told["functions"]) == ["old", "new"]
    assert told["functions"]["old"]["handler"]["dir"] == "../src"
    assert told["dcf"] == {"gateway": "somewhere:1"}
    gateway = gateways()
    gateway.deploy(merged)
    assert gateway.dcf("call", "old", stdin=b"x").stdout == b"old"
    assert gateway.dcf("call", "new", stdin=b"x").stdout == b"x"


def entries(folder, name="config.yaml"):
    return yaml.safe_load((folder / name).read_text())


def test_the_runtimes_own_settings_are_over_the_usual_ones(run, tmp_path):
    (tmp_path / "runtime/mine/src").mkdir(parents=True)
    (tmp_path / "runtime/mine/src/main.py").write_text("")
    (tmp_path / "runtime/mine/runtime.yaml").write_text(
        "summary: s\nhandler: {file: main.py}\nenvironment: {A: '1'}\n"
    )
    assert run("function", "init", "-r", "mine", "new").exit_code == 0
    assert entries(tmp_path / "new")["functions"]["new"] == {
        "runtime": "mine", "desc": "", "maintainer": "",
        "handler": {"dir": "./src", "file": "main.py", "name": "Handler"},
        "limits": {"memory": "", "cpu": "", "gpu": ""}, "environment": {"A": "1"},
    }  # fmt: skip


def test_folder_and_file_may_have_other_names(run, tmp_path):
    done = run("function", "init", "-r", "python3", "new", "-d", "code/here", "-f", "f.yml")
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "new/code/here/handler.py").is_file()
    assert not (tmp_path / "new/src").exists()
    assert entries(tmp_path / "new", "f.yml")["functions"]["new"]["handler"]["dir"] == "code/here"
    assert done.stdout.splitlines()[-1] == "Config file written: f.yml"


@pytest.mark.parametrize("directory", ["/tmp/x", "../x", "a/../../x"])
def test_a_handler_outside_its_own_folder_is_refused(run, tmp_path, directory):
    done = run("function", "init", "-r", "python3", "new", "-d", directory)
    assert done.exit_code == 1
    assert f"--dir {directory} must lie in the function's own folder" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "fits"),
    [("a", True), ("a-1", True), ("-a", False), ("a-", False), ("A", False), ("a_b", False),
     ("a/b", False), ("..", False), ("é", False)],
)  # fmt: skip
def test_a_name_is_letters_digits_and_dashes(run, tmp_path, name, fits):
    done = run("function", "init", "-r", "python3", "--", name)
    assert (done.exit_code == 0) is fits
    assert bool(list(tmp_path.glob("*/config.yaml"))) is fits


def test_what_others_list_is_seen_from_the_new_folder(run, tmp_path):
    (tmp_path / "env.yaml").write_text("environment: {A: b}\n")
    (tmp_path / "config.yaml").write_text(
        "functions:\n  old:\n"
        "    handler: {dir: ./src, include: [data, lib/x], exclude: ['*.tmp']}\n"
        "    environment_file: [env.yaml]\n  bare:\n"
    )
    assert run("function", "init", "-r", "python3", "new").exit_code == 0
    told = entries(tmp_path / "new")
    assert told["functions"]["old"]["handler"] == {
        "dir": "../src", "include": ["../data", "../lib/x"], "exclude": ["../*.tmp"],
    }  # fmt: skip
    assert told["functions"]["old"]["environment_file"] == ["../env.yaml"]
    assert told["functions"]["bare"]["handler"] == {"dir": "../src"}
    assert told["dcf"] == {"gateway": "http://127.0.0.1:8080"}


def test_a_name_that_is_taken_makes_nothing(run, tmp_path):
    (tmp_path / "config.yaml").write_text("functions: {known: {}}")
    done = run("function", "init", "-r", "python3", "known")
    assert (done.exit_code, done.stdout) == (1, "")
    assert not (tmp_path / "known").exists()


@pytest.mark.parametrize("config", ["a/b.yaml", "../b.yaml", "/tmp/b.yaml", "a/"])
def test_the_config_files_name_has_no_folder(run, tmp_path, config):
    done = run("function", "init", "-r", "python3", "new", "-f", config)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: --config {config} must be a file's name, without a folder\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("runtime", ["python3", "python3-tensorflow"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("ro,size=1m", "(Read-only file system): choose a folder that you may write to"),
        ("size=1m,nr_inodes=3", "(No space left on device): make room on the disk"),
    ],
    ids=["read-only", "full"],
)
def test_a_folder_that_cannot_be_written_is_one_line(dcf, mounted, options, words, runtime):
    folder = mounted(options)
    done = dcf("function", "init", "-r", runtime, "new", cwd=folder)
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("Error: new")
    assert line.endswith(f" cannot be written {words}")
    assert list(folder.iterdir()) == []


def test_a_file_of_the_template_is_not_written_over_by_the_config_file(dcf, tmp_path):
    done = dcf("function", "init", "-r", "python3", "new", "-f", "README.md", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == (
        "Error: new/README.md cannot be written (File exists): name another, or remove it\n"
    )
    assert not (tmp_path / "new").exists()
