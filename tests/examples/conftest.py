"""The examples are a user's programs: they are found as a user's are, by their folder."""

import sys
from pathlib import Path

from tests.functions_framework import environment, start  # noqa: F401 - fixtures

EXAMPLES = Path(__file__).parents[2] / "examples"

sys.path.append(str(EXAMPLES))
