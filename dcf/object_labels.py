"""What Kubernetes takes as labels and as names of labels and annotations."""

import re

LONGER_TEXT = (
    "a label holds at most 63 letters, digits, dots, dashes and underscores: put longer text into "
    "annotations"
)
_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_KEY = re.compile(rf"((?=[^/]{{1,253}}/){_PART}(\.{_PART})*/)?{_NAME}")


def is_label_value(text: str) -> bool:
    """Whether it can be the value of a label."""
    return _VALUE.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Whether a label or an annotation can be called so: `name`, or `domain/name`."""
    return _KEY.fullmatch(text) is not None
