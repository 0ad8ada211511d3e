"""Which Dockerfile, files, arguments and labels a build gets."""

import stat
import subprocess
from dataclasses import replace

import pytest

from dcf.config import load
from dcf.errors import ConfigError
from dcf.images.recipe import Recipe, arguments_of, context_of, labels_of, recipe_of


def test_the_runtimes_dockerfile_gets_what_an_archive_would_hold(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path, include="[notes, data]", exclude="[data/raw]")
    (tmp_path / "notes").write_text("n")
    for name in ("data/kept", "data/raw/left", "beside"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    config.write_text(
        f"{config.read_text()}    desc: Says it again\n    maintainer: me@example.org\n"
        "    image: example.org/echo:1\n"
        "    build_options: [libgomp1, curl=7.88.1-10]\n    build_args: [A=1, B=2]\n"
    )
    done = with_engine("build", "--build-arg", "B=3", "--platform", "linux/amd64", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines() == [
        "Building function (echo) ...",
        "Image: example.org/echo:1 built in local environment.",
    ]
    (call,) = fake_engine.asked("build")
    words = call["words"]
    assert call["files"] == ["data/kept", "notes", "src/handler.py"]
    assert flags_of(words, "--file")[0].endswith("dcf/templates/python3/Dockerfile")
    assert flags_of(words, "--tag") == ["example.org/echo:1"]
    assert flags_of(words, "--platform") == ["linux/amd64"]
    assert "--network=host" in words
    assert not {"--no-cache", "--secret"} & {*words}
    arguments = flags_of(words, "--build-arg")
    assert {*arguments} == {
        "REGISTRY=dcf", "ADDITIONAL_PACKAGE=libgomp1 curl=7.88.1-10", "HANDLER_DIR=src",
        "HANDLER_FILE=handler.py", "HANDLER_NAME=Handler", "FUNCTION_NAME=echo", "A=1", "B=3",
    }  # fmt: skip
    labels = flags_of(words, "--label")
    assert "org.opencontainers.image.title=echo" in labels
    assert "org.opencontainers.image.description=Says it again" in labels
    assert "org.opencontainers.image.authors=me@example.org" in labels
    assert "org.opencontainers.image.licenses=" in labels  # the base's, not the function's


def test_a_dockerfile_of_ones_own_gets_the_config_files_folder(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    config = write_function(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM dcf/watcher\nCOPY src /dcf/handler\n")
    (tmp_path / "other.Dockerfile").write_text("FROM scratch\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    config.write_text(config.read_text() + "    dockerfile: other.Dockerfile\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    first, second = fake_engine.asked("build")
    assert first["files"] == ["Dockerfile", "config.yaml", "other.Dockerfile", "src/handler.py"]
    assert flags_of(first["words"], "--file") == ["Dockerfile"]
    assert flags_of(second["words"], "--file") == ["other.Dockerfile"]
    # Its own labels stay, where the config file says nothing.
    assert flags_of(first["words"], "--label") == ["org.opencontainers.image.title=echo"]


def test_runtimes_of_ones_own_bring_their_dockerfile_which_init_leaves_where_it_is(
    with_engine, fake_engine, flags_of, dcf, tmp_path
):
    for runtime, dockerfile in (("with", "FROM dcf/watcher\n"), ("without", "")):
        (tmp_path / "runtime" / runtime / "src").mkdir(parents=True)
        (tmp_path / "runtime" / runtime / "src/handler.py").write_text("def Handler(req): ...\n")
        if dockerfile:
            (tmp_path / "runtime" / runtime / "Dockerfile").write_text(dockerfile)
        made = dcf("function", "init", "-r", runtime, f"f-{runtime}", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        folder = tmp_path / f"f-{runtime}"
        assert not (folder / "Dockerfile").exists()
        assert with_engine("build", cwd=folder).returncode == 0
    own, usual = [flags_of(each["words"], "--file")[0] for each in fake_engine.asked("build")]
    assert own.endswith("runtime/with/Dockerfile")
    assert usual.endswith("dcf/templates/python3/Dockerfile")


def test_this_projects_own_function_is_built_by_its_dockerfile(
    with_engine, fake_engine, flags_of, pytestconfig
):
    done = with_engine("build", "-f", "config.yaml", cwd=pytestconfig.rootpath)
    assert done.returncode == 0, done.stderr
    (call,) = fake_engine.asked("build")
    assert flags_of(call["words"], "--file") == ["Dockerfile"]
    assert flags_of(call["words"], "--tag") == ["ssd"]
    assert call["words"][-1] == "."


def test_of_a_folder_under_git_the_commit_is_known(
    with_engine, fake_engine, flags_of, write_function, tmp_path
):
    write_function(tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], check=True, timeout=30)
    commit = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, timeout=30, capture_output=True, text=True
    ).stdout.strip()
    assert with_engine("build", cwd=tmp_path).returncode == 0
    (tmp_path / "src/handler.py").write_text("edited = True\n")
    assert with_engine("build", cwd=tmp_path).returncode == 0
    clean, edited = fake_engine.asked("build")
    label = "org.opencontainers.image.revision="
    assert f"{label}{commit}" in flags_of(clean["words"], "--label")
    assert f"{label}{commit}-dirty" in flags_of(edited["words"], "--label")


def load_one(config):
    return load(config).functions[0]


def test_copies_have_one_time_and_mode_whatever_the_files_have(write_function, tmp_path):
    config = write_function(tmp_path, include="[data]")
    (tmp_path / "data/deep").mkdir(parents=True)
    (tmp_path / "data/deep/a").write_text("a")
    (tmp_path / "data/deep/a").chmod(0o600)
    function = load_one(config)
    with context_of(function, recipe_of(function)) as folder:
        found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*")}
        assert {name for name, state in found.items() if stat.S_ISREG(state.st_mode)} == {
            "src/handler.py", "data/deep/a",
        }  # fmt: skip
        assert {state.st_mtime for state in (*found.values(), folder.stat())} == {0}
        modes = {
            stat.S_ISDIR(state.st_mode): stat.S_IMODE(state.st_mode) for state in found.values()
        }
        assert modes == {True: 0o755, False: 0o644}
    assert not folder.exists()


def test_a_folder_of_ones_own_dockerfile_is_given_as_it_is(write_function, tmp_path):
    config = write_function(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch")
    function = load_one(config)
    with context_of(function, recipe_of(function)) as folder:
        assert folder == tmp_path
    assert tmp_path.exists()


@pytest.mark.parametrize(
    ("package", "fits"),
    [("libgomp1", True), ("curl=7.88.1-10", True), ("libstdc++6", True), ("a/stable", True),
     ("a b", False), ("-y", False), ("$(x)", False), ("", False), ("A", False)],
)  # fmt: skip
def test_only_a_packages_name_reaches_the_builders_shell(write_function, tmp_path, package, fits):
    config = write_function(tmp_path)
    function = replace(load_one(config), build_options=(package,))
    if fits:
        assert arguments_of(function, "dcf", {})["ADDITIONAL_PACKAGE"] == package
        return
    with pytest.raises(ConfigError, match="is no name of a Debian package"):
        arguments_of(function, "dcf", {})


def test_what_a_person_gives_is_over_the_files_and_that_over_ours(write_function, tmp_path):
    function = replace(
        load_one(write_function(tmp_path)), build_args={"REGISTRY": "file", "A": "1"}
    )
    assert arguments_of(function, "dcf", {})["REGISTRY"] == "file"
    found = arguments_of(function, "dcf", {"A": "2", "HANDLER_DIR": "x"})
    assert (found["A"], found["HANDLER_DIR"]) == ("2", "x")


def test_a_handler_in_the_folder_itself_is_a_dot(write_function, tmp_path):
    function = load_one(write_function(tmp_path))
    for directory, told in (("./", "."), ("./src/deep", "src/deep"), ("src", "src")):
        entry = replace(function.entry, directory=directory)
        assert arguments_of(replace(function, entry=entry), "dcf", {})["HANDLER_DIR"] == told


def test_without_git_no_commit_is_told(write_function, tmp_path, monkeypatch):
    function = load_one(write_function(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = labels_of(function, recipe_of(function))
    assert found["org.opencontainers.image.revision"] == ""
    assert found["org.opencontainers.image.base.digest"] == ""  # the base's own, emptied
    own = Recipe(tmp_path / "Dockerfile", tmp_path)
    assert labels_of(function, own) == {"org.opencontainers.image.title": "echo"}
