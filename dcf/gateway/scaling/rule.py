"""How many replicas a function is to have by its load: a machine of events, its clock passed in.

The number is load / (target * proportion), rounded up, between least and most. Up it goes at once.
Down it goes to the highest number of the last `window` seconds, as Kubernetes'
HorizontalPodAutoscaler does (`stabilizationWindowSeconds`): a load that comes and goes moves
nothing. The load is its mean over 6 seconds, as in Knative's panic window (a tenth of its stable
one): a single moment moves nothing either. To zero it goes when nobody has called for long enough.

event     what it leads to
sampled   the number by the load; at zero: one or more, if calls wait and the policy knows zero
called    at zero: the least number, if the policy knows zero
counted   the number that somebody else set: kept as if the load had asked for it now
"""

import math
from collections import deque

from ...scale_labels import CAPACITY, Policy

MEAN_SECONDS = 6.0


class Rule:
    """One function's.

    Attributes:
        policy: What its labels say.
        wanted: Replicas.
        load: The mean that was reckoned with last.
    """

    def __init__(self, policy: Policy, now: float, replicas: int) -> None:
        """Begins with what there is.

        Args:
            policy: What its labels say.
            now: Seconds, of any clock that only goes forward; likewise below.
            replicas: How many are wanted now.
        """
        self.policy, self.wanted, self.load = policy, replicas, 0.0
        self._samples: deque[tuple[float, int, int]] = deque()
        # Highest first: what is older and lower than another one can never count again.
        self._wishes: deque[tuple[float, int]] = deque(((now, replicas),))
        self._called_at, self._begun = now, -1

    def sampled(self, now: float, in_flight: int, begun: int) -> int:
        """A look at its calls.

        Args:
            now: Seconds.
            in_flight: Calls under way and waiting.
            begun: Calls so far.
        """
        if in_flight or begun != self._begun:
            self._called_at = now
        if begun < self._begun:  # it was deleted and deployed again
            self._samples.clear()
        self._begun = begun
        self._samples.append((now, in_flight, begun))
        while self._samples[0][0] < now - MEAN_SECONDS:
            self._samples.popleft()
        self.load = self._load()
        if not self.wanted:
            if not in_flight or not self.called(now):
                return 0
            self._samples.append((now, in_flight, begun))
            self.load = self._load()
        if self.policy.zero and now - self._called_at >= self.policy.zero_seconds:
            self._rest()
        else:
            self._wish(now, self._asked())
            self.wanted = self._wishes[0][1]
        return self.wanted

    def called(self, now: float) -> int:
        """A call found no replica."""
        self._called_at = now
        if not self.wanted and self.policy.zero:
            self._samples.clear()  # a mean with the silence before it would say too little
            self._wish(now, self.policy.least)
            self.wanted = self.policy.least
        return self.wanted

    def counted(self, now: float, replicas: int) -> int:
        """Somebody else set another number: a person, an alert, an update."""
        self._rest()
        if replicas:
            self.wanted, self._called_at = replicas, now
            self._wish(now, replicas)
        return self.wanted

    def _rest(self) -> None:
        self.wanted = 0
        self._wishes.clear()

    def _load(self) -> float:
        """The mean of the last seconds."""
        (first, _, before), (last, _, begun) = self._samples[0], self._samples[-1]
        if self.policy.kind == CAPACITY:
            return sum(each for _, each, _ in self._samples) / len(self._samples)
        return (begun - before) / (last - first) if last > first else 0.0

    def _asked(self) -> int:
        """What the load alone asks for."""
        share = self.load / (self.policy.target * self.policy.proportion)
        # Less than the last digit of a product is no reason for one more.
        return max(math.ceil(min(share - 1e-9, self.policy.most)), self.policy.least)

    def _wish(self, now: float, replicas: int) -> None:
        wishes = self._wishes
        while wishes and wishes[0][0] < now - self.policy.window:
            wishes.popleft()
        while wishes and wishes[-1][1] <= replicas:
            wishes.pop()
        wishes.append((now, replicas))
