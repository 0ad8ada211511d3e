"""What the page and the gateway say to each other beside the routes for everybody, as JSON."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from ..access.tokens import Role

Seconds = Annotated[int, Meta(ge=10, le=3600, multiple_of=10)]


class Login(Struct, forbid_unknown_fields=True):
    """A token; or where there is none, a user with the password."""

    user: str = ""
    password: str = ""
    token: str = ""


Asked = Literal["none", "needed", "done"]


class Session(Struct):
    """Who asks.

    Attributes:
        login: Whether one is asked for: `none` where everybody may come in.
        name: The user, or the token's name; empty for nobody.
        role: What they may do; empty for nobody, or where everybody may.
        calls: Whether calls of functions ask for a login, too.
    """

    login: Asked
    name: str
    role: Role | Literal[""]
    calls: bool


class Series(Struct):
    """One function's calls, a number a step.

    Attributes:
        calls: How many ended.
        errors: How many of them with 5xx.
        p50: Milliseconds below which half of them were; null where there were none.
        p99: Below which all but one in a hundred were.
    """

    calls: list[int]
    errors: list[int]
    p50: list[float | None]
    p99: list[float | None]


class HistoryTold(Struct, rename={"start": "from"}):
    """Calls over time.

    Attributes:
        step: Seconds of one step.
        start: When the first began, in seconds since 1970; the last one is still under way.
        series: By function; those that were never called are left out.
    """

    step: int
    start: int
    series: dict[str, Series]
