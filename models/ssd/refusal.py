"""The words that refuse a picture for one row of the table of limits."""

from .errors import TooCostly
from .limits import Limit


def refuse_more(limit: Limit, count: float, most: float | None = None) -> None:
    """Refuses what is over a limit.

    Args:
        limit: The row.
        count: What a picture has.
        most: What it may have, where that is not the row's number.

    Raises:
        TooCostly: It has more.
    """
    most = limit.most if most is None else most
    if count > most:
        change = f", or raise {limit.setting}" if limit.setting else ""
        raise TooCostly(
            f"the image is over a limit: {count:,.0f} {limit.name}, at most {most:,.0f} are "
            f"allowed; save it anew, smaller or simpler{change}"
        )
