"""The rows of the table of routes that are for the page alone."""

from ..rest.messages import Named
from ..rest.route import ANY, Answer, Parameter, Route, json_of, nothing, text
from .door import PageDoor
from .login_door import LoginDoor
from .messages import HistoryTold, Login, Seconds, Session

_DCF = "DCF"
_SESSION = json_of(Session, "who asks")
UI = (
    Route(
        "GET", "/ui", PageDoor.index, "The page, for people",
        {308: nothing("it is at /ui/")}, guarded=False, page=True, tag=_DCF,
    ),
    Route(
        "GET", "/ui/session", LoginDoor.session, "Who is logged in at the page",
        {200: _SESSION}, guarded=False, page=True, tag=_DCF,
    ),
    Route(
        "POST", "/ui/login", LoginDoor.login, "Log in at the page",
        {
            200: _SESSION, 401: text("they are wrong"),
            429: text("too many wrong ones at once"),
        },
        body=Login, guarded=False, page=True, tag=_DCF,
    ),
    Route(
        "POST", "/ui/logout", LoginDoor.logout, "Log out at the page",
        {200: _SESSION}, guarded=False, page=True, tag=_DCF,
    ),
    Route(
        "GET", "/ui/history", PageDoor.history, "The last hour's calls",
        {
            200: json_of(HistoryTold, "by function"),
            400: text("what is wrong with the request"), 404: text("no such function"),
        },
        tag=_DCF,
        parameters=(
            Parameter("function", "only this one", Named),
            Parameter("seconds", "so many until now: 3600, or 600 of all functions", Seconds),
            Parameter("step", "of one number: 10, or of all functions `seconds`", Seconds),
        ),
    ),
    Route(
        "GET HEAD", r"/ui/{file:(?:.*\..*)?}", PageDoor.file, "A file of the page",
        {
            200: Answer("the file", None, ANY), 304: nothing("it is the one that you have"),
            404: text("no such file"),
        },
        guarded=False, page=True, tag=_DCF,
    ),
)  # fmt: skip
