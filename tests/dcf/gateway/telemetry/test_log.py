"""The log: it never keeps anybody waiting, loses lines only by saying so, and stays small."""

import errno
import json
import logging
import os
import re
import threading

import pytest

from dcf.gateway.telemetry import flood as flood_module
from dcf.gateway.telemetry.events import LOGIN_REFUSED, SCALED, Told
from dcf.gateway.telemetry.log import Log, start_log
from tests.waiting import until


class Pipe:
    """A file that a test reads, or does not."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        self._text = b""

    def text(self):
        os.set_blocking(self.read_end, False)
        try:
            while piece := os.read(self.read_end, 1 << 16):
                self._text += piece
        except BlockingIOError:
            pass
        return self._text.decode()

    def close(self):
        for each in (self.read_end, self.write_end):
            try:
                os.close(each)
            except OSError as fault:
                assert fault.errno == errno.EBADF


@pytest.fixture
def pipe():
    made = Pipe()
    yield made
    made.close()


@pytest.fixture
def logger():
    """One that tells nobody but the log of a test."""
    made = logging.Logger("a test's")  # noqa: LOG001 # not one of the process
    yield made
    for each in made.handlers:
        each.close()


@pytest.fixture
def log(pipe, logger):
    made = Log(pipe.write_end, "text", "info")
    logger.addHandler(made)
    return made


def scaled(logger, function="f"):
    logger.info(Told(SCALED, {"function": function, "replicas": 1}))


def refused(logger, code="unauthorized"):
    logger.warning(Told(LOGIN_REFUSED, {"code": code}))


def test_lines_come_in_order_and_the_last_ones_before_it_ends(log, logger, pipe):
    for number in range(100):
        scaled(logger, f"f{number}")
    log.close()
    found = re.findall(r"function=f(\d+)", pipe.text())
    assert found == [str(number) for number in range(100)]


def test_below_its_level_nothing_is_written(pipe, logger):
    made = Log(pipe.write_end, "json", "warning")
    logger.addHandler(made)
    scaled(logger)
    refused(logger)
    made.close()
    (line,) = pipe.text().splitlines()
    assert json.loads(line)["event"] == "login_refused"


def test_whoever_logs_never_waits_for_a_file_that_nobody_reads(log, logger, pipe):
    done = threading.Event()

    def write():
        for number in range(30_000):  # 2 MB: more than the pipe and the room for lines
            scaled(logger, f"f{number}")
        done.set()

    threading.Thread(target=write, daemon=True).start()
    assert done.wait(60)
    assert log.lost > 0
    lost = log.lost
    until(lambda: pipe.text() and not log._bytes)  # what is on its way takes room, too
    scaled(logger, "after")
    until(lambda: "function=after" in pipe.text())
    assert f"WARNING lines_lost lines={lost}" in pipe.text()
    assert pipe.text().count("function_scaled") == 30_000 - lost + 1


def test_a_file_that_fails_costs_lines_and_nothing_else(log, logger, pipe):
    os.close(pipe.read_end)  # EPIPE from now on
    scaled(logger)
    until(lambda: log.lost == 1)
    scaled(logger)
    until(lambda: log.lost > 1)


def test_a_file_that_somebody_made_nonblocking_is_waited_for(log, logger, pipe):
    os.set_blocking(pipe.write_end, False)
    for number in range(3000):  # more than a pipe's 64 KiB
        scaled(logger, f"f{number}")
    until(lambda: pipe.text().count("\n") == 3000)
    assert log.lost == 0


def test_what_callers_bring_about_is_summed_up_at_the_end(log, logger, pipe):
    for _ in range(10_000):
        refused(logger)
    refused(logger, "foreign_origin")
    log.close()
    lines = pipe.text().splitlines()
    assert len(lines) == 5
    assert lines[-1].endswith(
        "WARNING summed of=login_refused code=unauthorized more=9997 seconds=60"
    )


def test_a_sum_comes_without_another_line(pipe, logger, monkeypatch):
    monkeypatch.setattr(flood_module, "SECONDS", 0.2)
    logger.addHandler(Log(pipe.write_end, "text", "info"))
    for _ in range(10):
        refused(logger)
    until(lambda: "more=7" in pipe.text())


def test_one_message_that_is_repeated_is_summed_up_too(log, logger, pipe):
    for number in range(1000):
        logger.warning("disk is full, try %d", number)
    logger.warning("another place")
    log.close()
    lines = pipe.text().splitlines()
    assert len([each for each in lines if "disk is full" in each]) == 20
    assert "another place" in pipe.text()
    assert re.search(r"summed of=log code=\"?a test's:\d+\"? more=980", lines[-1])


def test_what_cannot_be_formatted_ends_nobodys_work(log, logger, pipe, capsys):
    class Bad:
        def __str__(self):
            raise ValueError

    logger.warning("%s", Bad())
    scaled(logger)
    until(lambda: "function_scaled" in pipe.text())
    assert "ValueError" in capsys.readouterr().err
    assert log.lost == 0


def test_a_whole_process_is_sent_there(pipe):
    root = logging.getLogger()
    level, libraries = (
        root.level,
        {name: logging.getLogger(name).level for name in ("aiohttp", "grpc", "asyncio")},
    )
    log = start_log(pipe.write_end, "text", "info")
    try:
        logging.getLogger("dcf.anything").info("word")
        logging.getLogger("aiohttp.client").info("chatter")
        until(lambda: "INFO word" in pipe.text())
        assert "chatter" not in pipe.text()
    finally:
        root.removeHandler(log)
        root.setLevel(level)
        for name, each in libraries.items():
            logging.getLogger(name).setLevel(each)
        log.close()
