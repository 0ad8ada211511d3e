"""What this project builds on inside of waitress, which promises none of it."""

import inspect
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from waitress import channel, parser, receiver, server, task, wasyncore

# Class -> what is overridden, called or read of it.
BUILT_ON = {
    channel.HTTPChannel: (
        "task_class error_task_class parser_class request requests requests_lock readable "
        "handle_read handle_write handle_close received service write_soon add_channel "
        "will_close close_when_flushed sent_continue total_outbufs_len last_activity "
        "creation_time connected socket server adj _flush_exception _flush_some"
    ),
    task.WSGITask: (
        "get_environment build_response_header write execute set_close_on_finish channel request "
        "status version content_length response_headers start_time close_on_finish has_body "
        "complete wrote_header content_bytes_written"
    ),
    task.ErrorTask: "execute write set_close_on_finish status response_headers content_length",
    parser.HTTPRequestParser: (
        "received parse_header close get_body_stream adj body_rcv body_bytes_received completed "
        "error empty expect_continue headers_finished chunked content_length headers command path "
        "version"
    ),
    receiver.FixedStreamReceiver: "received getfile getbuf remain completed buf error",
    receiver.ChunkedReceiver: "received getfile getbuf completed buf error",
    server.TcpWSGIServer: (
        "channel_class active_channels in_connection_overflow effective_port pull_trigger add_task "
        "adj"
    ),
}
FUNCTIONS = {
    wasyncore.loop: ("timeout", "use_poll", "map", "count"),
    wasyncore.close_all: ("map",),
    server.TcpWSGIServer.__init__: (
        "application", "map", "_sock", "dispatcher", "adj", "sockinfo", "bind_socket",
    ),
    channel.HTTPChannel._flush_exception: ("flush", "do_close"),
    parser.HTTPRequestParser.__init__: ("adj",),
    parser.HTTPRequestParser.parse_header: ("header_plus",),
}  # fmt: skip


def known(kind):
    """Every name of a class: what it has, and what its methods speak of."""
    names = set(dir(kind))
    for base in kind.__mro__:
        for member in vars(base).values():
            code = getattr(member, "__code__", None)
            names |= set(code.co_names) if code else set()
    return names


def missing(kind, names):
    """What to read when a class has changed; empty when it has all."""
    return [
        f"waitress {metadata.version('waitress')} has no {kind.__name__}.{name}, on which "
        "watcher/web builds: read what changed there before the cap in requirements/*.in "
        "is raised"
        for name in names.split()
        if name not in known(kind)
    ]


@pytest.mark.parametrize("kind", BUILT_ON, ids=lambda kind: kind.__name__)
def test_what_is_built_on_is_there(kind):
    assert not missing(kind, BUILT_ON[kind])


def test_what_is_not_there_is_told_in_words():
    (line,) = missing(channel.HTTPChannel, "requests turned_off")
    assert "has no HTTPChannel.turned_off, on which watcher/web builds" in line


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_what_is_called_takes_what_it_is_given(function):
    gone = set(FUNCTIONS[function]) - set(inspect.signature(function).parameters)
    assert not gone, f"waitress' {function.__qualname__} takes no {', '.join(gone)} any more"


@pytest.mark.parametrize("file", ["serving.in", "watcher.in"])
def test_a_version_that_nobody_has_read_is_not_installed(file, pytestconfig):
    text = (pytestconfig.rootpath / "requirements" / file).read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("waitress"))
    allowed = Requirement(line).specifier
    assert metadata.version("waitress") in allowed
    assert not any(version in allowed for version in ("3.1.0", "3.1", "4.0.0"))
