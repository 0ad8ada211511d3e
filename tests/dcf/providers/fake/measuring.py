"""What the replicas of functions that are not there use."""

from collections.abc import Mapping

from dcf.providers.measuring import Consumption
from dcf.providers.placement import FunctionState

MEMORY = 100 * 1024 * 1024


class FakeMeasuring:
    """A second and 100 MiB a replica."""

    def __init__(self, statuses: Mapping[str, FunctionState]) -> None:
        """Takes the functions, which may change."""
        self._statuses = statuses

    async def consumption(self) -> Mapping[str, Consumption]:
        """By function."""
        return {
            name: Consumption(float(each.replicas), MEMORY * each.replicas)
            for name, each in self._statuses.items()
        }
