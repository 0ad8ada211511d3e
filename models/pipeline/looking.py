"""What a step's inputs and outputs are now, as digests."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..datasets.exchange.opening import open_place
from ..datasets.exchange.profiles import is_place
from ..delivery.credentials import choose_address
from ..registry.errors import RegistryError
from ..registry.record import check_name
from ..registry.registry import Registry
from ..ssd.bundle import find_bundle, open_bundle
from ..ssd.errors import ModelError
from .description import GIVEN, Pipeline, Step
from .digests import Files, of_code
from .errors import PipelineError
from .machine import Noted, Seen
from .masking import masked
from .verbs import Kind, Option, OptionsOf

GAVE = "model"
"""The output of a step that gives a model: its id and its digest."""
_NONE = "none"
_REGISTRY, _GATEWAY = "registry", "gateway"


class Looker:
    """Looks at steps.

    Args:
        pipeline: The steps.
        options_of: The options of a verb.
        open_registry: Opens the registry of a place.
        say: Tells a person how far it is with what takes long.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        options_of: OptionsOf,
        open_registry: Callable[[str], Registry],
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._folder = pipeline.folder
        self._options_of, self._open_registry = options_of, open_registry
        self._files = Files(say)

    def look(self, step: Step, noted: Noted | None, given: Mapping[str, str]) -> Seen:
        """What is there now.

        Args:
            step: The step.
            noted: What is written down of it.
            given: Ids of models, by the name of the step that gave them.

        Raises:
            ModelError: An input is missing or cannot be read.
        """
        inputs = self._inputs(step, given)
        ours = inputs.get("candidate") or inputs.get("model")
        if noted is not None and ours and inputs.get("against") == ours:
            # The model that serves is this one by now: what it was held against then stays.
            inputs["against"] = noted.inputs.get("against", inputs["against"])
        found = self.outputs(step, _id_of(noted))
        return Seen(inputs, found, self._can_go_on(step), step.verb.grows)

    def outputs(self, step: Step, gave: str) -> dict[str, str]:
        """Digests of what lies where the outputs of a step belong.

        Args:
            step: The step.
            gave: Id of the model that it gave; empty where it gave none.
        """
        found = {option: self._output(kind, value) for option, kind, value in step.outputs()}
        if gave:
            found[GAVE] = self._given(step, gave)
        return {option: digest for option, digest in found.items() if digest}

    def _inputs(self, step: Step, given: Mapping[str, str]) -> dict[str, str]:
        inputs = {"the verb": step.words, "the code": of_code(step.verb.rooms)}
        for option in self._options_of(step.words):
            values = step.options.get(option.name)
            if option.name == "against" and "data" not in step.options:
                continue  # nothing is judged
            if option.name in step.verb.barred:
                continue
            if option.name == _GATEWAY:
                values = (choose_address(values[0] if values else ""),)
            elif values is None:
                if option.usual is None:
                    continue
                values = (option.usual,)
            kind = step.verb.reads.get(option.name)
            if kind is None:
                inputs[option.name] = masked(json.dumps(values))
            else:
                named = [given[each[1:]] if each.startswith(GIVEN) else each for each in values]
                inputs[option.name] = " ".join(
                    self._input(step, option, kind, each) for each in named
                )
        return inputs

    def _input(self, step: Step, option: Option, kind: Kind, value: str) -> str:
        try:
            return self._digest(step, kind, value)
        except (ModelError, OSError) as error:
            said = error.message if isinstance(error, ModelError) else error.strerror
            raise PipelineError(f"{step.name}: {option.name}: {value}: {said}") from error

    def _digest(self, step: Step, kind: Kind, value: str) -> str:
        if kind is Kind.MODEL:
            return self._model(step, value)
        if kind is Kind.BUNDLE:
            return self._bundle(value)
        if kind is Kind.PLACE or (kind is Kind.DATA and is_place(value)):
            place = open_place(value if is_place(value) else str(self._folder / value))
            about = place.about()
            return place.version() if about is None else about.digest
        path = self._folder / value
        return self._files.of_folder(path) if path.is_dir() else self._files.of_file(path)

    def _model(self, step: Step, value: str) -> str:
        registry = self._open_registry(self._registry(step))
        try:
            return registry.model(check_name(value, "model")).digest
        except RegistryError:
            try:
                return self._bundle(value)
            except ModelError:
                if step.options.get("against") is None and value == "serving":
                    return _NONE  # nothing serves yet
                raise

    def _registry(self, step: Step) -> str:
        known = {option.name: option.usual for option in self._options_of(step.words)}
        place = step.options.get(_REGISTRY, (known.get(_REGISTRY) or "",))[0]
        local = "://" not in place and not place.startswith("~")
        return str(self._folder / place) if local else place

    def _bundle(self, value: str) -> str:
        path = self._folder / value
        return open_bundle(path if path.is_dir() else find_bundle(Path(value))).digest

    def _output(self, kind: Kind, value: str) -> str:
        try:
            if kind is Kind.PLACE:
                place = open_place(value if is_place(value) else str(self._folder / value))
                about = place.about()
                return "" if about is None else about.digest
            path = self._folder / value
            if kind is Kind.BUNDLE:
                return open_bundle(path).digest if path.is_dir() else ""
            return self._files.of_folder(path) if path.is_dir() else ""
        except (ModelError, OSError):
            return ""  # whatever lies there, it is not what was made

    def _given(self, step: Step, gave: str) -> str:
        try:
            return f"{gave} {self._open_registry(self._registry(step)).model(gave).digest}"
        except RegistryError:
            return ""

    def _can_go_on(self, step: Step) -> bool:
        resume = step.verb.resume
        if resume is None:
            return step.verb.goes_on
        return any(
            (self._folder / value / resume.checkpoint).is_file()
            for value in step.options.get(resume.output, ())
        )


def given_by(steps: Iterable[Step], notes: Mapping[str, Noted]) -> dict[str, str]:
    """Ids of the models that steps gave, by the name of the step."""
    found = {step.name: _id_of(notes.get(step.name)) for step in steps if step.verb.gives}
    return {name: gave for name, gave in found.items() if gave}


def _id_of(noted: Noted | None) -> str:
    return noted.outputs.get(GAVE, "").partition(" ")[0] if noted else ""
