"""The page's login over a real gateway: in, out, and what a wrong one gets."""

import asyncio
import logging

import pytest
from aiohttp.test_utils import make_mocked_request

from dcf.gateway.access.access import OPEN, Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.access.tokens import TokenFile
from dcf.gateway.rest.messages import encode
from dcf.gateway.ui.login_door import LoginDoor

WHO = Credentials("admin", "pass:wörd")
RIGHT = {"user": WHO.user, "password": WHO.password}
NOBODY = {"login": "needed", "name": "", "role": "", "calls": False}


def shown(answer):
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


def test_in_and_out(background):
    gateway = background(access=Access(WHO))
    assert gateway.ask("GET", "/ui/session").json() == NOBODY
    answer = gateway.ask("POST", "/ui/login", json=RIGHT)
    done = {"login": "done", "name": "admin", "role": "all", "calls": False}
    assert answer.json() == done
    assert answer.headers["Cache-Control"] == "no-store"
    assert gateway.ask("GET", "/ui/session", headers=shown(answer)).json() == done
    left = gateway.ask("POST", "/ui/logout", headers=shown(answer))
    assert left.json() == NOBODY
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    assert gateway.ask("GET", "/ui/session", headers=shown(answer)).json() == NOBODY
    assert gateway.ask("GET", "/system/functions", headers=shown(answer)).status_code == 401


def test_a_tokens_name_and_role_are_told(background, tmp_path):
    tokens = TokenFile(tmp_path / "tokens.json")
    gateway = background(access=Access(None, tokens, auth_calls=True))
    answer = gateway.ask("POST", "/ui/login", json={"token": f" {tokens.add('ann', 'call')} "})
    done = {"login": "done", "name": "ann", "role": "call", "calls": True}
    assert answer.json() == done
    assert gateway.ask("GET", "/ui/session", headers=shown(answer)).json() == done


def test_where_everybody_may_come_in_there_is_no_login(background):
    gateway = background(access=OPEN)
    none = {"login": "none", "name": "", "role": "", "calls": False}
    assert gateway.ask("GET", "/ui/session").json() == none
    answer = gateway.ask("POST", "/ui/login", json={"user": "a", "password": "b"})
    assert answer.json() == none
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [{}, {"user": "admin"}, {"password": WHO.password}, {"user": "admin", "password": "pass"},
     {"user": "Admin", "password": WHO.password}, {"token": "x"}, {"token": WHO.authorization}],
    ids=lambda each: "-".join(each) or "nothing",
)  # fmt: skip
def test_a_wrong_one_is_late_counted_and_not_quoted(wrong, caplog):
    waited = []

    async def pause(seconds):
        waited.append(seconds)

    async def steps():
        door = LoginDoor(Access(WHO), pause)
        return await door.login(asked(wrong))

    with caplog.at_level(logging.DEBUG):
        answer = asyncio.run(steps())
    assert (answer.status, answer.text) == (401, "invalid credentials\n")
    assert waited == [1.0]
    assert "Set-Cookie" not in answer.headers
    assert "login_refused" in caplog.text
    assert "pass" not in caplog.text


def test_many_wrong_ones_at_once_are_turned_away_and_a_right_one_is_not():
    async def steps():
        release = asyncio.Event()

        async def pause(_seconds):
            await release.wait()

        door = LoginDoor(Access(WHO), pause)
        waiting = [asyncio.create_task(door.login(asked({"token": "x"}))) for _ in range(16)]
        await asyncio.sleep(0)
        more, right = await door.login(asked({"token": "x"})), await door.login(asked(RIGHT))
        release.set()
        ended = await asyncio.gather(*waiting)
        again = await door.login(asked({"token": "x"}))
        return more, right, {each.status for each in ended}, again.status

    more, right, ended, again = asyncio.run(asyncio.wait_for(steps(), 20))
    assert (more.status, more.headers["Retry-After"]) == (429, "1")
    assert right.status == 200
    assert ended == {401}
    assert again == 401


def asked(body):
    """A request that has come in whole."""
    request = make_mocked_request("POST", "/ui/login", headers={"Host": "127.0.0.1:8080"})
    request._read_bytes = encode(body)
    return request


@pytest.mark.parametrize(
    ("path", "of_others"),
    [
        (path, headers)
        for path in ("/ui/login", "/ui/logout")
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"})
    ],
)
def test_no_page_of_others_logs_in_or_out(background, path, of_others):
    gateway = background(access=Access(WHO))
    answer = gateway.ask("POST", path, json=RIGHT, headers=of_others)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_script_is_refused_without_the_browsers_own_window(background):
    gateway = background(access=Access(WHO))
    script = {"X-Requested-With": "fetch"}
    answer = gateway.ask("GET", "/system/functions", headers=script)
    assert answer.headers["WWW-Authenticate"] == 'Session realm="Restricted"'
    assert gateway.ask("GET", "/system/functions").headers["WWW-Authenticate"].startswith("Basic")
