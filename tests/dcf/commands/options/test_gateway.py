"""Which gateway a verb asks, and what a shell is offered of it."""

import socket
import threading

import click
import pytest
from click.testing import CliRunner

from dcf.commands.options import gateway
from dcf.commands.options.gateway import address_for, complete_names


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    for name in ("DCF_GATEWAY", "OPENFX_URL", "OPENFAAS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("flag", "group", "file", "environ", "chosen"),
    [
        ("", None, "", {}, "http://127.0.0.1:8080"),
        ("", None, "", {"DCF_GATEWAY": "http://env"}, "http://env"),
        ("", None, "http://file", {"DCF_GATEWAY": "http://env"}, "http://file"),
        ("", "http://group", "http://file", {}, "http://group"),
        ("http://flag", "http://group", "http://file", {}, "http://flag"),
        ("", "", "http://file", {}, "http://file"),
    ],
)
def test_the_verbs_flag_is_before_the_groups_and_that_before_the_file(
    monkeypatch, flag, group, file, environ, chosen
):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with click.Context(click.Command("x"), obj=group):
        assert address_for(flag, file) == chosen


@pytest.fixture
def patient(monkeypatch):
    """A busy machine may take more than the second that a shell waits."""
    monkeypatch.setattr(gateway, "_COMPLETION_SECONDS", 20.0)


def offered(stand_in, incomplete="", of_group=False):
    parent = click.Context(click.Command("function"))
    context = click.Context(click.Command("info"), parent=parent)
    (parent if of_group else context).params["gateway"] = stand_in.address
    return [each.value for each in complete_names(context, None, incomplete)]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("of_group", [False, True])
def test_a_shell_is_offered_plain_names_that_begin_so(stand_in, of_group):
    names = ["echo", "edge", "x", "$(reboot)", "a b", "-rf", ""]
    stand_in.table["GET /system/functions"] = (200, [{"name": name} for name in names])
    assert offered(stand_in, "e", of_group) == ["echo", "edge"]
    assert offered(stand_in, "", of_group) == ["echo", "edge", "x"]


@pytest.mark.parametrize("answer", [(500, b""), (200, b"<html>"), (401, b"")])
def test_a_prompt_is_no_place_for_errors(stand_in, answer, capfd):
    stand_in.table["GET /system/functions"] = answer
    assert offered(stand_in) == []
    assert capfd.readouterr() == ("", "")


def test_a_gateway_that_says_nothing_is_not_waited_for():
    """A verb would wait for a minute."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        context, found = click.Context(click.Command("info")), []
        context.params["gateway"] = address
        asking = threading.Thread(target=lambda: found.append(complete_names(context, None, "")))
        asking.start()
        asking.join(30)
        assert found == [[]]


@pytest.mark.usefixtures("patient")
def test_a_name_of_a_verb_is_completed_in_the_shell(stand_in):
    stand_in.table["GET /system/functions"] = (200, [{"name": "echo"}])

    @click.command()
    @gateway.name_argument
    @gateway.gateway_option
    def verb(name, gateway):
        """Nothing."""

    (argument,) = [each for each in verb.params if each.name == "name"]
    context = click.Context(verb)
    context.params["gateway"] = stand_in.address
    assert [each.value for each in argument.shell_complete(context, "e")] == ["echo"]


def test_where_nothing_is_asked_the_flag_is_taken_and_not_shown():
    @click.command()
    @gateway.unused_gateway_option
    def verb():
        click.echo("ran")

    done = CliRunner().invoke(verb, ["-g", "http://x"])
    assert done.output == "ran\n"
    assert "--gateway" not in CliRunner().invoke(verb, ["--help"]).output


def test_the_state_is_in_the_home_unless_it_is_said(monkeypatch, tmp_path):
    @click.command()
    @gateway.home_option
    def verb(home):
        click.echo(home)

    run = CliRunner()
    assert run.invoke(verb, [], env={"HOME": str(tmp_path), "DCF_HOME": None}).output.strip() == (
        f"{tmp_path}/.dcf"
    )
    monkeypatch.chdir(tmp_path)
    assert run.invoke(verb, [], env={"DCF_HOME": "state"}).output.strip() == f"{tmp_path}/state"
    assert run.invoke(verb, ["--home", "other"]).output.strip() == f"{tmp_path}/other"
