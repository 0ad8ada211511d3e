"""What the gate decides, from figures alone."""

import msgspec

from .rules import Rules

_NAMED = 5


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A difference of precision, candidate minus serving, in points, and what it may be.

    Attributes:
        difference: On all pictures.
        low: It is greater than this, at the rule's confidence.
        high: It is less than this, at the same.
        objects: Objects behind it.
    """

    difference: float
    low: float
    high: float
    objects: int = 0


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one model.

    Attributes:
        name: Its name.
        digest: Of its bundle.
        precision: mAP, AP50 and AP75, 0..1.
        calibration: Expected calibration error, 0..1.
        latency_ms: Median time of a picture.
        memory: Greatest resident memory in bytes.
        size: Bytes of its bundle.
    """

    name: str
    digest: str
    precision: dict[str, float]
    calibration: float
    latency_ms: float
    memory: int
    size: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two models on the same pictures, in one run.

    Attributes:
        candidate: The one that wants to serve.
        serving: The one that does; None for a first model, or one of other classes.
        overall: Difference of mAP.
        classes: Difference of average precision by class.
        golden: How many pictures the serving model answers right.
        golden_lost: Those of them that the candidate does not.
        golden_won: How many others the candidate answers right.
        golden_chosen: Whether a person chose them.
        seen: Pictures of the evaluation that the candidate learnt from.
        data_known: Whether it is known what it learnt from.
        answers_bad_input: What the candidate does otherwise on broken pictures, a line each.
    """

    candidate: Side
    serving: Side | None = None
    overall: Bound | None = None
    classes: dict[str, Bound] = msgspec.field(default_factory=dict)
    golden: int = 0
    golden_lost: tuple[str, ...] = ()
    golden_won: int = 0
    golden_chosen: bool = False
    seen: tuple[str, ...] = ()
    data_known: bool = True
    answers_bad_input: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and whether it holds.

    Attributes:
        rule: Its key in ``gate.yaml``.
        passed: Whether it holds.
        said: The figures, in a line.
    """

    rule: str
    passed: bool
    said: str


def judge(compared: Compared, rules: Rules) -> tuple[Check, ...]:
    """Holds figures against rules.

    Args:
        compared: What was measured.
        rules: What has to hold.

    Returns:
        Every rule that applies; the candidate has passed when all hold.
    """
    checks = [_unseen(compared, rules), _bad_input(compared)]
    if compared.serving is None or compared.overall is None:
        return (*checks, *_floors(compared.candidate, rules))
    ours, theirs = compared.candidate, compared.serving
    return (
        *checks,
        _overall(compared.overall, rules),
        _classes(compared.classes, rules),
        _calibration(ours, theirs, rules),
        _ratio("latency", ours.latency_ms, theirs.latency_ms, rules.latency.limit, "ms"),
        _ratio("memory", ours.memory / 1e6, theirs.memory / 1e6, rules.memory.limit, "MB"),
        _ratio("size", ours.size / 1e6, theirs.size / 1e6, rules.size.limit, "MB"),
        _golden(compared, rules),
    )


def _overall(bound: Bound, rules: Rules) -> Check:
    rule = rules.overall
    return Check(
        rule="overall",
        passed=bound.low > -rule.limit,
        said=f"mAP {bound.difference:+.2f} points, with a confidence of {rule.confidence:g} above "
        f"{bound.low:+.2f}; has to be above {-rule.limit:+.2f}",
    )


def _classes(classes: dict[str, Bound], rules: Rules) -> Check:
    rule = rules.classes
    judged = {name: each for name, each in classes.items() if each.objects >= rule.objects}
    worse = {name: each for name, each in judged.items() if each.high < -rule.limit}
    said = "; ".join(
        f"{name} {each.difference:+.1f} points, below {each.high:+.1f}"
        for name, each in sorted(worse.items(), key=lambda item: item[1].high)
    )
    return Check(
        rule="classes",
        passed=not worse,
        said=said
        or f"none of {len(judged)} classes with {rule.objects} objects or more is shown to be "
        f"worse by {rule.limit:g} points",
    )


def _calibration(ours: Side, theirs: Side, rules: Rules) -> Check:
    limit = rules.calibration.limit
    return Check(
        rule="calibration",
        passed=ours.calibration - theirs.calibration <= limit,
        said=f"expected error {ours.calibration:.3f}, serving {theirs.calibration:.3f}; may be "
        f"{limit:g} more",
    )


def _ratio(rule: str, ours: float, theirs: float, limit: float, unit: str) -> Check:
    return Check(
        rule=rule,
        passed=ours <= theirs * limit,
        said=f"{ours:.1f} {unit}, serving {theirs:.1f}; may be {limit:g} times as much",
    )


def _golden(compared: Compared, rules: Rules) -> Check:
    lost, rule = compared.golden_lost, rules.golden
    most = rule.lost if compared.golden_chosen else int(rule.share * compared.golden)
    named = f": {', '.join(lost[:_NAMED])}" if lost else ""
    whose = "chosen pictures" if compared.golden_chosen else "pictures"
    return Check(
        rule="golden",
        passed=len(lost) <= most,
        said=f"of {compared.golden} {whose} that the serving model answers right, {len(lost)} are "
        f"lost, may be {most}; {compared.golden_won} others are right now{named}",
    )


def _unseen(compared: Compared, rules: Rules) -> Check:
    if not compared.data_known:
        return Check(
            rule="data",
            passed=rules.data.unknown,
            said="nobody wrote down what the candidate learnt from: name its run by --run, here or "
            "at `ssd models add`, or allow it by `data: {unknown: true}` or --unknown-data",
        )
    seen = compared.seen
    named = f", such as {seen[0]}" if seen else ""
    return Check(
        rule="data",
        passed=not seen,
        said=f"{len(seen)} of the pictures were learnt from{named}; has to be none",
    )


def _bad_input(compared: Compared) -> Check:
    wrong = compared.answers_bad_input
    return Check(
        rule="bad_input",
        passed=not wrong,
        said="; ".join(wrong[:3]) or "broken pictures are refused as they should be",
    )


def _floors(side: Side, rules: Rules) -> tuple[Check, ...]:
    if not rules.floors:
        said = "no model of these classes serves, and gate.yaml has no floors: say some"
        return (Check(rule="floors", passed=False, said=said),)
    return tuple(
        Check(
            rule=f"floors.{name}",
            passed=side.precision.get(name, 0.0) >= floor,
            said=f"{name} {side.precision.get(name, 0.0):.4f}; has to be {floor:g} or more",
        )
        for name, floor in rules.floors.items()
    )
