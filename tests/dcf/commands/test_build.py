"""dcf function build: which functions, with which wishes; what a build is, is dcf/images'."""

import pytest


@pytest.fixture
def two(tmp_path, fake_engine, monkeypatch):
    """Two functions of one config file, and an engine."""
    monkeypatch.setenv("DCF_ENGINE", str(fake_engine.program))
    monkeypatch.delenv("PIP_CERT", raising=False)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/handler.py").write_text("def Handler(req): ...\n")
    (tmp_path / "config.yaml").write_text("functions: {one: {}, two: {}}\n")
    return fake_engine


def built(engine, flags_of):
    return [flags_of(each["words"], "--tag")[0] for each in engine.asked("build")]


@pytest.mark.parametrize(("names", "tags"), [((), ["one", "two"]), (("two",), ["two"])])
def test_all_of_a_file_are_built_or_those_that_are_named(run, two, flags_of, names, tags):
    assert run("function", "build", *names).exit_code == 0
    assert built(two, flags_of) == tags


def test_a_name_that_is_not_in_the_file_builds_nothing(run, two):
    done = run("function", "build", "one", "other", "another")
    assert done.exit_code == 2
    assert "another, other is not in config.yaml" in done.stderr
    assert not two.asked()


@pytest.mark.parametrize("argument", ["A", "=b", ""])
def test_an_argument_of_the_build_is_a_key_and_a_value(run, two, argument):
    done = run("function", "build", f"--build-arg={argument}")
    assert done.exit_code == 2
    assert "must take the form key=value" in done.stderr
    assert not two.asked()


def test_a_value_may_hold_anything_and_the_last_one_counts(run, two, flags_of):
    given = ["--build-arg", "A=1", "--build-arg", "A=b=c", "--build-arg", "E="]
    assert run("function", "build", "one", *given).exit_code == 0
    (call,) = two.asked("build")
    assert {"A=b=c", "E="} <= set(flags_of(call["words"], "--build-arg"))
    assert "A=1" not in call["words"]


def test_an_archive_is_only_packed(run, two):
    done = run("function", "build", "one", "--archive")
    assert done.exit_code == 0, done.stderr
    first, image, last = done.stdout.splitlines()
    assert first == "Building function (one) ..."
    assert image.startswith("Image: archive:sha256:")
    assert last == "Packed: 1 files, 0.0 MB; nothing was stored or sent."
    assert not two.asked()
    assert "  src/handler.py\n" in run("function", "build", "one", "--archive", "-v").stdout
