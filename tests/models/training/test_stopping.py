"""A run is asked to end by a signal or by its time, and only between two steps."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from models.training.stopping import Stop


def test_nothing_asked_for():
    assert not Stop().asked
    assert not Stop(1000).asked


def test_time():
    assert Stop(0).late
    assert Stop(0).asked
    assert Stop(0).signal is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_once_and_then_as_before(number):
    before = signal.getsignal(number)
    stop = Stop()
    with stop.listening():
        os.kill(os.getpid(), number)
        assert stop.asked
        assert stop.signal == number
        assert signal.getsignal(number) == before
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_ends_it():
    code = (
        "import os, signal; from models.training.stopping import Stop\n"
        "with Stop().listening():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGINT); signal.pause()\n"
        "    except KeyboardInterrupt:\n        print('ended')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "ended\n", done.stderr


def test_another_thread_cannot_listen_and_need_not():
    found = []

    def listen():
        with Stop().listening():
            found.append(True)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join(10)
    assert found == [True]
