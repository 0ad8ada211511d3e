import signal
import subprocess
import sys

import pytest

from models.pipeline.signals import Signals


def test_signals_are_taken_inside_and_given_back():
    before = signal.getsignal(signal.SIGTERM)
    signals = Signals()
    with signals.taken():
        signal.raise_signal(signal.SIGTERM)
        assert signals.last == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_one_that_no_step_gets_ends_the_program():
    with Signals().taken():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("early", [True, False], ids=["before the step", "during the step"])
def test_the_step_gets_them(early):
    signals = Signals()
    with signals.taken():
        step = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE,
                                process_group=0)  # fmt: skip
        if early:
            signal.raise_signal(signal.SIGTERM)
        with signals.passed_on_to(step.pid):
            if not early:
                signal.raise_signal(signal.SIGTERM)
            assert step.wait(60) == -signal.SIGTERM
            signal.raise_signal(signal.SIGTERM)  # it has ended: nothing gets it
        step.stdin.close()
