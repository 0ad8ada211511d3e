"""dcf function push: which images; what a push is, is dcf/images'."""

DIGEST = "sha256:" + "d" * 64


def test_all_but_those_that_are_not_built_here_are_pushed(run, fake_engine, tmp_path, monkeypatch):
    monkeypatch.setenv("DCF_ENGINE", str(fake_engine.program))
    (tmp_path / "config.yaml").write_text(
        "functions:\n  a: {image: r.example/a}\n  b: {image: r.example/b, skip_build: true}\n"
        "  c: {image: r.example/c}\n"
    )
    fake_engine.images |= {name: {"RepoDigests": []} for name in ("r.example/a", "r.example/c")}
    fake_engine.tell(push=[[f"latest: digest: {DIGEST} size: 1"], 0])
    done = run("function", "push")
    assert done.exit_code == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if not line.startswith("Pushing: ")] == [
        f"Pushed: r.example/a@{DIGEST}",
        "Skipping push of: b, Image: r.example/b.",
        f"Pushed: r.example/c@{DIGEST}",
    ]
    assert [each["words"][-1] for each in fake_engine.asked("push")] == [
        "r.example/a",
        "r.example/c",
    ]
    assert run("function", "push", "other").exit_code == 2


def test_what_the_engine_writes_is_shown_with_v_alone(run, fake_engine, tmp_path, monkeypatch):
    monkeypatch.setenv("DCF_ENGINE", str(fake_engine.program))
    (tmp_path / "config.yaml").write_text("functions: {a: {image: r.example/a}}\n")
    fake_engine.images["r.example/a"] = {"RepoDigests": []}
    fake_engine.tell(push=[["it goes", f"digest: {DIGEST}"], 0])
    assert "it goes" not in run("function", "push").stderr
    assert "it goes" in run("function", "push", "-v").stderr
