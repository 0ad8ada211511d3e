"""Addresses of pods: each has one of 127.0.0.0/8, all of which are this machine on Linux."""

import itertools
import os
import random


class Addresses:
    """Gives addresses that no other cluster of this machine is likely to give."""

    def __init__(self):
        begin = random.Random(os.urandom(8)).randrange(1 << 22)
        self._numbers = itertools.count(begin)

    def take(self):
        """A new one."""
        number = next(self._numbers) % (1 << 22)
        # 127.64.0.0 and up: 127.0.0.1 and its neighbours are others'. No part is 0 or 255.
        high, low = divmod(number, 1 << 8)
        second, third = divmod(high, 1 << 8)
        return f"127.{64 + second}.{third}.{1 + low % 254}"
