"""The verbs of ``ssd`` that a step may be, and what each reads and writes.

What is not in this table is not run, whatever a file says. A verb's options are its own: they are
asked of the verb itself (``Option``), and only those that name something to look at stand here.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Kind(StrEnum):
    """What the value of an option names, and so what its digest is."""

    FILE = "file"
    FOLDER = "folder"
    DATA = "data"
    """A folder of pictures, or a place of ``ssd data push``."""
    PLACE = "place"
    """A place of ``ssd data push``."""
    BUNDLE = "bundle"
    MODEL = "model"
    """A model of the registry, by its id or a tag, or a bundle."""


class Resume(NamedTuple):
    """How a verb goes on with what it had begun.

    Attributes:
        option: The option that then names the output.
        output: The option that names it otherwise.
        checkpoint: The file that has to be in it.
        leaves_out: Options that may not be given then.
    """

    option: str
    output: str
    checkpoint: str
    leaves_out: frozenset[str]


class Verb(NamedTuple):
    """A verb, as a step sees it.

    Attributes:
        rooms: The folders of ``models`` whose code decides what comes out.
        reads: Options that name an input.
        writes: Options that name an output, which is new or begun.
        gives: Whether its last line of output is a model's id, which later steps may use.
        goes_on: Whether the same words go on with what was begun.
        grows: Options after whose change they go on, too.
        resume: Other words that do; None where there are none.
        barred: Options that a step may not have.
        needs: Options that it has to have, though the verb alone could do without.
    """

    rooms: tuple[str, ...]
    reads: Mapping[str, Kind] = MappingProxyType({})
    writes: Mapping[str, Kind] = MappingProxyType({})
    gives: bool = False
    goes_on: bool = False
    grows: frozenset[str] = frozenset()
    resume: Resume | None = None
    barred: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


class Option(NamedTuple):
    """An option or an argument of a verb, as the verb itself has it.

    Attributes:
        name: Without dashes.
        flag: As it is typed; empty for an argument.
        is_of_group: Whether it stands before the last word of the verb.
        is_switch: Whether it has no value.
        is_many: Whether it may have several values.
        is_required: Whether there is no verb without it.
        usual: Its value where none is given: of the environment, or its default; None for none.
        wrong: What is wrong with a value; empty where nothing is, or only its time will tell.
    """

    name: str
    flag: str
    is_of_group: bool
    is_switch: bool
    is_many: bool
    is_required: bool
    usual: str | None
    wrong: Callable[[str], str]


OptionsOf = Callable[[str], Sequence[Option]]
"""The options of a verb, by its words."""

_DATA = ("datasets", "ssd")
_MAKING = ("training", "evaluation", "bundling", *_DATA)
_JUDGING = ("registry", "evaluation", *_DATA)

VERBS: Mapping[str, Verb] = {
    "data check": Verb(_DATA, reads={"folders": Kind.DATA}),
    "data make digits": Verb(
        _DATA,
        reads={"digits": Kind.FILE, "photos": Kind.FOLDER},
        writes={"out": Kind.FOLDER},
        goes_on=True,
    ),
    "data pull": Verb(_DATA, reads={"from": Kind.PLACE}, writes={"out": Kind.FOLDER}),
    "data push": Verb(
        _DATA, reads={"dataset": Kind.DATA}, writes={"to": Kind.PLACE}, goes_on=True
    ),
    "data split": Verb(
        _DATA,
        reads={"folder": Kind.DATA, "images": Kind.FOLDER, "annotations": Kind.FILE,
               "names": Kind.FILE},
        writes={"out": Kind.FOLDER},
    ),
    "train": Verb(
        _MAKING,
        reads={"data": Kind.DATA, "config": Kind.FILE, "validation": Kind.DATA},
        writes={"out": Kind.FOLDER},
        resume=Resume(
            "resume", "out", "checkpoint.npz", frozenset(("out", "config", "validation"))
        ),
        barred=frozenset(("resume",)),
        needs=frozenset(("data", "out")),
    ),
    "search": Verb(
        ("search", *_MAKING),
        reads={"data": Kind.DATA, "validation": Kind.DATA, "space": Kind.FILE},
        writes={"study": Kind.FOLDER},
        goes_on=True,
        grows=frozenset(("trials", "workers", "most-failures")),
        barred=frozenset(("show", "report", "dashboard", "port")),
        needs=frozenset(("data", "study")),
    ),
    "export": Verb(
        _MAKING,
        reads={"run": Kind.FOLDER, "data": Kind.DATA, "validation": Kind.DATA},
        writes={"out": Kind.BUNDLE},
    ),
    "evaluate": Verb(
        ("evaluation", *_DATA),
        reads={"bundle": Kind.BUNDLE, "data": Kind.DATA, "images": Kind.FOLDER,
               "annotations": Kind.FILE, "against": Kind.BUNDLE},
        writes={"report": Kind.FOLDER},
    ),
    "models add": Verb(
        ("registry", "ssd"),
        reads={"bundle": Kind.BUNDLE, "run": Kind.FOLDER, "parent": Kind.MODEL},
        gives=True,
        goes_on=True,
    ),
    "models tag": Verb(("registry",), reads={"model": Kind.MODEL}, goes_on=True),
    "gate": Verb(
        _JUDGING,
        reads={"candidate": Kind.MODEL, "against": Kind.MODEL, "data": Kind.DATA,
               "rules": Kind.FILE, "golden": Kind.DATA, "run": Kind.FOLDER},
        writes={"out": Kind.FOLDER},
        barred=frozenset(("function", "gateway")),
    ),
    "deploy": Verb(
        ("delivery", "registry", "ssd"),
        reads={"model": Kind.MODEL, "verdict": Kind.FILE, "against": Kind.MODEL,
               "data": Kind.DATA, "rules": Kind.FILE, "golden": Kind.DATA, "run": Kind.FOLDER},
        writes={"out": Kind.FOLDER},
        goes_on=True,
        barred=frozenset(("force",)),
    ),
}  # fmt: skip
