"""Build and push, as the verbs do it: with the original's words, and what the engine writes."""

import os
from collections.abc import Callable
from functools import cached_property

from ..config import FunctionConfig
from ..images.build import Builder, Wishes
from ..images.engine import Engine, Watch, find_engine
from ..images.names import registry_of, to_build, to_push
from ..images.push import push
from ..terminal.engine_output import Quiet, Streamed
from ..terminal.printing import say
from .release import Provided

_IMAGE_ID = "dcf.image-id"
_NO_WISHES = Wishes()


class ImageSteps:
    """Images of functions, on the engine of this machine, which is looked for when it is needed.

    Args:
        verbose: Write all that the engine writes.
    """

    def __init__(self, verbose: bool) -> None:
        self._watch: Callable[[], Watch] = Streamed if verbose else Quiet

    @cached_property
    def _engine(self) -> Engine:
        return find_engine(os.environ)

    @cached_property
    def _builder(self) -> Builder:
        return Builder(self._engine, say, self._watch, os.environ)

    def build(self, function: FunctionConfig, wishes: Wishes = _NO_WISHES) -> None:
        """Build a function's image, unless its config says not to."""
        if function.skip_build:
            say(f"Skipping build of: {function.name}, Image: {function.image_name}.")
            return
        say(f"Building function ({function.name}) ...")
        image = self._builder.build(function, wishes)
        say(f"Image: {image} built in local environment.")

    def push(self, function: FunctionConfig) -> str:
        """Push a function's image; gives its name by digest."""
        image = to_push(function)
        registry = function.registry or registry_of(image) or "docker.io"
        say(f"Pushing: {function.name}, Image: {image} in Registry: {registry} ...")
        reference = push(self._engine, image, self._watch())
        say(f"Pushed: {reference}")
        return reference

    def provide(self, function: FunctionConfig) -> Provided:
        """Build and push: what nodes elsewhere pull, by digest, so that a new one rolls out."""
        if function.skip_build:
            say(f"Image: {function.image_name} is taken from its registry as it is there.")
            return Provided(function.image_name)
        to_push(function)
        self.build(function)
        return Provided(self.push(function))

    def provide_here(self, function: FunctionConfig) -> Provided:
        """Build alone, for nodes that share this engine.

        The image's id is noted, so that a platform sees a change where the name is the same.
        """
        self.build(function)
        if function.skip_build:
            return Provided(function.image_name)
        noted = {_IMAGE_ID: str(self._engine.look(to_build(function)).get("Id", ""))}
        return Provided(function.image_name, noted)
