"""What is said of a verb or a flag that is not there. Imported at an error alone."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import click

_SHOWN = 60
_LEAST = 0.65
# What other tools say -> what may be meant here.
_OTHERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("predict", "infer", "run", "inference", "find"), ("predict", "detect")),
    **dict.fromkeys(("eval", "val", "validate", "test", "measure", "benchmark"), ("evaluate",)),
    **dict.fromkeys(("convert", "load", "export"), ("import",)),
    **dict.fromkeys(("build", "make"), ("rebuild",)),
    **dict.fromkeys(("tune", "optimize", "sweep", "hpo"), ("search",)),
    **dict.fromkeys(("verify", "compare"), ("check", "--compare")),
    **dict.fromkeys(("model", "weights", "net", "checkpoint"), ("--bundle",)),
    **dict.fromkeys(
        ("conf", "confidence", "conf-thres", "thresh", "score", "min-score"), ("--threshold",)
    ),
    **dict.fromkeys(("class", "labels", "names"), ("--classes",)),
    **dict.fromkeys(("output", "out", "save", "o"), ("--out", "--draw")),
    **dict.fromkeys(("source", "input", "folder", "data", "pictures"), ("--images",)),
    **dict.fromkeys(("instances", "ground-truth", "gt", "ann"), ("--annotations",)),
    **dict.fromkeys(("baseline", "against"), ("--compare",)),
    **dict.fromkeys(("quantize", "dtype", "int8"), ("--precision",)),
    **dict.fromkeys(("calibration", "calib"), ("--photos",)),
    **dict.fromkeys(("format", "f"), ("--json",)),
}


def verb_words(word: str, path: str, known: Iterable[str]) -> str:
    """What to say of a verb that is not there.

    Args:
        word: As it was written.
        path: What stood before it, such as `ssd check`.
        known: The verbs there.
    """
    near = _near(word, list(known))
    hint = f". Did you mean `{path} {near}`?" if near else f": see `{path} --help`."
    return f"No such command {word[:_SHOWN]!r}{hint}"


def flag_words(flag: str, ctx: click.Context) -> str:
    """What to say of a flag that is not there.

    Args:
        flag: As it was written, with its dashes.
        ctx: Of the verb.
    """
    known = [each for param in ctx.command.get_params(ctx) for each in param.opts
             if each.startswith("--")]  # fmt: skip
    near = _near(flag, known)
    hint = f". Did you mean `{near}`?" if near else f": see `{ctx.command_path} --help`."
    return f"No such option {flag[:_SHOWN]!r}{hint}"


def _near(word: str, known: list[str]) -> str:
    bare = word.lstrip("-").lower()
    for meant in _OTHERS.get(bare, ()):
        if meant in known:
            return meant
    plain = {each.lstrip("-"): each for each in known}
    found = get_close_matches(bare[:_SHOWN], plain, 1, _LEAST) if len(bare) > 1 else ()
    return plain[found[0]] if found else ""
