"""What a measured program gets of this shell's settings."""

from benchmarks.harness.environment import ROOT, plain_environment, python_environment


def test_settings_of_this_shell_measure_nothing(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert "OMP_NUM_THREADS" not in plain_environment()
    assert plain_environment()["LANG"] == "C.UTF-8"
    assert python_environment() == {**plain_environment(), "PYTHONPATH": str(ROOT)}
    assert (ROOT / "pyproject.toml").is_file()
