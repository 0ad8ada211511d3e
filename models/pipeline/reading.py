"""``pipeline.yaml``: read and checked before anything runs, every mistake told in one line.

steps:
  pull: {verb: data pull, from: bigquery://acme/vision/digits, out: data}
  train: {verb: train, data: data, out: run, config: train.yaml}
  export: {verb: export, run: run, out: bundle}
  add: {verb: models add, bundle: bundle, run: run, experiment: digits}
  gate: {verb: gate, candidate: $add, data: test}
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from .description import GIVEN, Pipeline, Step, is_inside
from .errors import PipelineError
from .verbs import VERBS, Kind, Option, OptionsOf

_MOST_BYTES = 1 << 16
_MOST_STEPS = 100
_MOST_DEEP = 4
_SHOWN = 60
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def read_pipeline(file: Path, options_of: OptionsOf) -> Pipeline:
    """Reads a pipeline.

    Args:
        file: The YAML file.
        options_of: The options of a verb.

    Raises:
        PipelineError: It is none; names the step and the key.
    """
    document = _document(file)
    table = document.pop("steps", None)
    if document:
        raise PipelineError(f"{file}: {_unknown(next(iter(document)), ('steps',))}")
    if not isinstance(table, dict) or not table or len(table) > _MOST_STEPS:
        raise PipelineError(f"{file}: steps must be a map of 1 to {_MOST_STEPS} steps, by name")
    steps: list[Step] = []
    for name, given in table.items():
        try:
            steps.append(_step(name, given, options_of, steps))
        except PipelineError as error:
            raise PipelineError(f"{file}: {str(name)[:_SHOWN]}: {error.message}") from error
    pipeline = Pipeline(Path(os.path.abspath(file)), tuple(steps))  # noqa: PTH100 - links stay
    _check_places(pipeline)
    return pipeline


def _document(file: Path) -> dict[Any, Any]:
    with file.open("rb") as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise PipelineError(f"{file} has more than {_MOST_BYTES >> 10} KiB: that is no pipeline")
    try:
        _refuse_large(content)
        document = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise PipelineError(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    except PipelineError as error:
        raise PipelineError(f"{file}: {error.message}") from error
    if not isinstance(document, dict):
        raise PipelineError(f"{file} must be a map with the key steps")
    return document


def _refuse_large(content: bytes) -> None:
    """Stops at what a few bytes make large, before it is made: depth, and aliases."""
    deep = 0
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise PipelineError(f"{_line(event)}: write *{event.anchor} out: "
                                "aliases are not read here")  # fmt: skip
        deep += isinstance(event, yaml.CollectionStartEvent)
        deep -= isinstance(event, yaml.CollectionEndEvent)
        if deep > _MOST_DEEP:
            raise PipelineError(f"{_line(event)}: lists and maps are too deep")


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"


def _step(name: object, given: object, options_of: OptionsOf, before: Sequence[Step]) -> Step:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise PipelineError("a step's name is 1 to 40 of a-z, 0-9, dash and underscore")
    if not isinstance(given, dict) or not isinstance(given.get("verb"), str):
        raise PipelineError("a step is a map with `verb:` and the options of that verb")
    words = " ".join(given.pop("verb").split()).removeprefix("ssd ")
    if words not in VERBS:
        raise PipelineError(f"verb: {_unknown(words, VERBS)}")
    known = {option.name: option for option in options_of(words)}
    options: dict[str, tuple[str, ...]] = {}
    for key, value in given.items():
        if key not in known or key in VERBS[words].barred:
            raise PipelineError(_unknown(key, known.keys() - VERBS[words].barred))
        values = _values(key, value, known[key])
        if values is not None:
            options[key] = values
    for option in known.values():
        wanted = option.is_required or option.name in VERBS[words].needs
        if wanted and option.name not in options:
            raise PipelineError(f"{option.name} is missing: `ssd {words}` needs it")
    _check_given(options, before)
    return Step(name, words, options)


def _values(key: str, value: object, option: Option) -> tuple[str, ...] | None:
    """What an option was given; None for a switch that is off."""
    if option.is_switch:
        if not isinstance(value, bool):
            raise PipelineError(f"{key} must be true or false, got {str(value)[:_SHOWN]!r}")
        return () if value else None
    several = value if isinstance(value, list) else [value]
    if not several or (len(several) > 1 and not option.is_many):
        raise PipelineError(f"{key} has one value, got {len(several)}")
    return tuple(_value(key, each, option) for each in several)


def _value(key: str, value: object, option: Option) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PipelineError(
            f"{key} must be a text or a number, got {type(value).__name__}: quote it"
        )
    text = str(value)
    if "\0" in text:
        raise PipelineError(f"{key} has a character that no command line can have")
    wrong = "" if text.startswith(GIVEN) else option.wrong(text)
    if wrong:
        raise PipelineError(f"{key}: {wrong}")
    return text


def _check_given(options: Mapping[str, tuple[str, ...]], before: Sequence[Step]) -> None:
    giving = [step.name for step in before if step.verb.gives]
    for key, values in options.items():
        for value in values:
            if value.startswith(GIVEN) and value.removeprefix(GIVEN) not in giving:
                allowed = ", ".join(f"{GIVEN}{name}" for name in giving) or "none before this step"
                raise PipelineError(
                    f"{key}: {value[:_SHOWN]!r} is no step that gives a model; allowed: {allowed}"
                )


def _check_places(pipeline: Pipeline) -> None:
    """Refuses outputs that are in one another's way, and inputs that are made too late."""
    made: list[tuple[str, Path]] = []
    for step in pipeline.steps:
        for option, kind, value in step.outputs():
            if kind is Kind.PLACE:
                continue
            wrong = _wrong_output(pipeline, value, made)
            if wrong:
                raise PipelineError(f"{pipeline.file}: {step.name}: {option}: {value} {wrong}")
            made.append((step.name, place_of(pipeline, value)))
    for at, step in enumerate(pipeline.steps):
        later = {each.name for each in pipeline.steps[at:]}
        for option, value in _inputs(step):
            path = place_of(pipeline, value)
            maker = next((name for name, there in made if is_inside(path, there)), "")
            if maker in later:
                raise PipelineError(f"{pipeline.file}: {step.name}: {option}: {value} is written "
                                    f"by {maker}, which comes later: put it first")  # fmt: skip


def _wrong_output(pipeline: Pipeline, value: str, made: Iterable[tuple[str, Path]]) -> str:
    """What is wrong with a place to write to; nothing where it is right."""
    path = place_of(pipeline, value)
    if ":" in value:
        return "must be a folder here, of a name without a colon"
    if is_inside(pipeline.file, path):
        return "has the pipeline's own file in it"
    for other, there in made:
        if is_inside(path, there) or is_inside(there, path):
            return f"is what {other} writes: choose another place"
    return ""


def _inputs(step: Step) -> Iterable[tuple[str, str]]:
    for option in step.verb.reads:
        for value in step.options.get(option, ()):
            yield option, value


def place_of(pipeline: Pipeline, value: str) -> Path:
    """The path that a value means where the steps run, without what is up and down again."""
    return Path(os.path.normpath(pipeline.folder / value))


def _unknown(word: object, known: Iterable[str]) -> str:
    shown = str(word)[:_SHOWN]
    names = sorted(known)
    near = get_close_matches(shown, names, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"{shown!r} is unknown; {hint}allowed are {', '.join(names)}"
