import pytest

from models.pipeline.errors import PipelineError
from models.pipeline.reading import place_of

TRAIN = "train: {verb: train, data: d, out: run}"
REFUSED = {
    "empty": ("", "must be a map with the key steps"),
    "a list": ("[1]", "must be a map with the key steps"),
    "no steps": ("steps: {}", "steps must be a map of 1 to 100 steps"),
    "many steps": ("steps: {" + ", ".join(f"s{n}: 1" for n in range(101)) + "}", "1 to 100 steps"),
    "another key": (f"stpes: 1\nsteps: {{{TRAIN}}}", "'stpes' is unknown; did you mean steps?"),
    "not yaml": ("steps: {", "is not YAML"),
    "bytes": (b"\xff\xfe\x00", "is not YAML"),
    "an object": ("steps: !!python/object/apply:os.system [ls]", "is not YAML"),
    "no such day": ("steps: {a: 2001-99-99}", "is not YAML"),
    "aliases": ("steps:\n  a: &a {verb: train}\n  b: *a", "line 3: write *a out"),
    "merged": ("steps:\n  a: &a {verb: train}\n  b: {<<: [*a, *a]}", "write *a out"),
    "deep": ("steps: " + "[" * 5000 + "]" * 5000, "too deep"),
    "large": ("#" * 70_000, "more than 64 KiB"),
    "name": ("steps: {A B: {verb: train}}", "a step's name is 1 to 40 of"),
    "a number as name": ("steps: {1: {verb: train}}", "a step's name is"),
    "no verb": ("steps: {a: {data: d}}", "a step is a map with `verb:`"),
    "a text": ("steps: {a: train}", "a step is a map with `verb:`"),
    "near verb": ("steps: {a: {verb: trian}}", "a: verb: 'trian' is unknown; did you mean train?"),
    "no step": ("steps: {a: {verb: pipeline run, file: x}}", "'pipeline run' is unknown"),
    "a program": ("steps: {a: {verb: /bin/sh, c: ls}}", "'/bin/sh' is unknown"),
    "near option": ("steps: {a: {verb: train, date: d, out: r}}", "did you mean data?"),
    "barred": ("steps: {a: {verb: train, data: d, out: r, resume: r}}", "'resume' is unknown"),
    "missing": ("steps: {a: {verb: export, run: r}}", "out is missing: `ssd export` needs it"),
    "choice": ("steps: {a: {verb: export, run: r, out: o, precision: int4}}", "precision: 'int4'"),
    "number": ("steps: {a: {verb: data make digits, out: o, count: 0}}", "--count must be a"),
    "two values": ("steps: {a: {verb: export, run: [r, s], out: o}}", "run has one value, got 2"),
    "no value": ("steps: {a: {verb: data check, folders: []}}", "folders has one value, got 0"),
    "null": ("steps: {a: {verb: train, data: , out: r}}", "must be a text or a number, got None"),
    "a day": ("steps: {a: {verb: train, data: 2001-01-01, out: r}}", "got date: quote it"),
    "switch": ("steps: {a: {verb: train, data: d, out: r, deterministic: 3}}", "true or false"),
    "zero byte": ('steps: {a: {verb: train, data: "a\\0b", out: r}}', "no command line can have"),
    "later model": ("steps: {a: {verb: gate, candidate: $add, data: d},"
                    " add: {verb: models add, bundle: b, experiment: e}}", "none before this step"),
    "no model": ("steps: {" + TRAIN + ", a: {verb: gate, candidate: $train, data: d}}",
                 "'$train' is no step that gives a model"),
    "same output": ("steps: {" + TRAIN + ", b: {verb: train, data: d, out: x/../run/}}",
                    "is what train writes"),
    "output in output": ("steps: {" + TRAIN + ", b: {verb: train, data: d, out: run/b}}",
                         "is what train writes"),
    "output over all": ("steps: {a: {verb: train, data: d, out: .}}", "the pipeline's own file"),
    "own output": ("steps: {a: {verb: train, data: run/d, out: run}}", "which comes later"),
    "no place for a run": ("steps: {a: {verb: train, data: d}}", "out is missing"),
    "a database": ("steps: {a: {verb: search, data: d, study: 'sqlite:///s.db'}}",
                   "sqlite:///s.db must be a folder here"),
    "past the gate": ("steps: {a: {verb: deploy, model: m, force: now}}", "'force' is unknown"),
    "too late": ("steps: {e: {verb: export, run: run, out: b}, " + TRAIN + "}",
                 "run is written by train, which comes later: put it first"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_no_pipeline_is_told_in_one_line(case, tmp_path, read):
    text, words = case
    file = tmp_path / "pipeline.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PipelineError) as caught:
        read(file)
    assert words in caught.value.message
    assert str(file) in caught.value.message
    assert "\n" not in caught.value.message


def test_options_are_those_of_the_verb(tmp_path, read):
    file = tmp_path / "pipeline.yaml"
    file.write_text(
        "steps:\n"
        "  train: {verb: ssd train, data: d, out: run, time-limit: 10m, deterministic: true}\n"
        "  look: {verb: data check, folders: [a, b], json: false}\n"
        "  add: {verb: models add, bundle: b, experiment: 7}\n"
        "  gate: {verb: gate, candidate: $add, data: '@staging/x'}\n"
    )
    pipeline = read(file)
    train, look, add, gate = pipeline.steps
    assert train.words == "train"
    assert train.options == {
        "data": ("d",), "out": ("run",), "time-limit": ("10m",), "deterministic": (),
    }  # fmt: skip
    assert look.options == {"folders": ("a", "b")}
    assert add.options["experiment"] == ("7",)
    assert gate.options["candidate"] == ("$add",)
    assert place_of(pipeline, "a/../b") == tmp_path / "b"
