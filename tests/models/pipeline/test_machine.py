"""The order of steps, driven through kills, damage and changes against a world of its own."""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.pipeline.machine import (
    Begin,
    Ended,
    Finish,
    How,
    Look,
    Noted,
    Order,
    Seen,
    Stage,
    Wish,
    choose,
    difference,
)

STEPS = ("pull", "train", "export", "gate", "deploy")
DONE = Noted(Stage.DONE, {"data": "1"}, {"out": "a"})
BEGUN = Noted(Stage.BEGUN, {"data": "1"}, {})
SAME = Seen({"data": "1"}, {"out": "a"}, False)
NOTES = {
    "never ran": (None, SAME, Wish.USUAL, How.ANEW, False, "it has not run yet"),
    "unchanged": (DONE, SAME, Wish.USUAL, How.SKIP, False, "nothing has changed"),
    "asked for": (DONE, SAME, Wish.AGAIN, How.ANEW, True, "it was asked for"),
    "other input": (DONE, Seen({"data": "2"}, {"out": "a"}, False), Wish.USUAL, How.ANEW, True,
                    "data has changed"),
    "kept": (DONE, Seen({"data": "2"}, {"out": "a"}, False), Wish.KEEP, How.SKIP, False,
             "it was to be kept"),
    "more of the same": (DONE, Seen({"data": "1", "trials": "9"}, {"out": "a"}, True,
                                    frozenset({"trials"})), Wish.USUAL, How.GO_ON, False,
                         "trials is new"),
    "more of another": (DONE, Seen({"data": "2", "trials": "9"}, {"out": "a"}, True,
                                   frozenset({"trials"})), Wish.USUAL, How.ANEW, True,
                        "data has changed"),
    "killed, then more": (BEGUN, Seen({"data": "1", "trials": "9"}, {}, True,
                                      frozenset({"trials"})), Wish.USUAL, How.GO_ON, False,
                          "it did not end"),
    "kept, but damaged": (DONE, Seen({"data": "2"}, {"out": "b"}, False), Wish.KEEP, How.ANEW, True,
                          "of what it made, out has changed"),
    "removed": (DONE, Seen({"data": "1"}, {}, False), Wish.USUAL, How.ANEW, True,
                "of what it made, out is gone"),
    "new option": (DONE, Seen({"data": "1", "rate": "2"}, {"out": "a"}, False), Wish.USUAL,
                   How.ANEW, True, "rate is new"),
    "killed": (BEGUN, Seen({"data": "1"}, {}, True), Wish.USUAL, How.GO_ON, False,
               "it did not end"),
    "killed, nothing there": (BEGUN, Seen({"data": "1"}, {}, False), Wish.USUAL, How.ANEW, True,
                              "it did not end"),
    "killed, asked for again": (BEGUN, Seen({"data": "1"}, {}, True), Wish.AGAIN, How.ANEW, True,
                                "it did not end"),
    "killed, other input": (BEGUN, Seen({"data": "2"}, {}, True), Wish.USUAL, How.ANEW, True,
                            "it did not end, and data has changed"),
    "killed while clearing": (DONE._replace(stage=Stage.CLEARED), Seen({"data": "1"}, {}, True),
                              Wish.USUAL, How.ANEW, True,
                              "an earlier run was ended before it began"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTES.values(), ids=NOTES)
def test_a_step_begins_as_its_note_says(case):
    noted, seen, wish, how, clear, why = case
    assert choose(noted, seen, wish) == (how, why, clear)


def test_a_difference_names_what_is_not_as_it_was():
    assert difference({"a": "1"}, {"a": "1"}) == ""
    assert difference({"a": "1"}, {}) == "a is gone"


def test_steps_go_in_their_order_to_the_end():
    order = Order(("a", "b"), {}, {})
    assert order.first() == Look("a")
    begin = order.after(Seen({}, {}, False))
    assert isinstance(begin, Begin)
    assert begin.step == "a"
    assert order.after(Ended(well=True)) == Look("b")
    order.after(Seen({}, {}, False))
    assert order.after(Ended(well=True)) == Finish()


def test_a_step_that_fails_is_the_last():
    order = Order(("a", "b"), {}, {})
    order.first()
    order.after(Seen({}, {}, False))
    assert order.after(Ended(well=False)) == Finish("a")


@dataclass
class Place:
    """What lies where a step writes: begun from which inputs, whether it is whole, and as made."""

    begun: dict = field(default_factory=dict)
    content: str = ""
    whole: bool = False
    damaged: bool = False


class World(RuleBasedStateMachine):
    """Five steps, each made from the one before and from something of its own outside."""

    @initialize()
    def start(self):
        self.outside = dict.fromkeys(STEPS, 0)
        self.places = {}
        self.notes = {}
        self.broken = set()
        self.clock = 0
        self.begun_wrong = []
        self.ran = []
        self.complete = False

    def inputs(self, step):
        at = STEPS.index(step)
        before = self.places[STEPS[at - 1]].content if at else ""
        return {"outside": str(self.outside[step]), "before": before}

    def see(self, step):
        place = self.places.get(step)
        outputs = {"out": place.content} if place and place.whole else {}
        return Seen(self.inputs(step), outputs, place is not None)

    def actions(self, step, choice):
        """What beginning a step comes to, in pieces between which it can be killed."""
        seen = self.inputs(step)
        if choice.clear:
            self.notes[step] = self.notes[step]._replace(stage=Stage.CLEARED)
            yield
            self.places.pop(step, None)
            yield
        self.notes[step] = Noted(Stage.BEGUN, seen, {})
        yield
        if choice.how is How.GO_ON:
            if self.places[step].begun != seen or self.places[step].damaged:
                self.begun_wrong.append(step)
        elif step in self.places:
            self.begun_wrong.append(step)  # a verb refuses a place that is taken
        self.ran.append(step)
        self.places.setdefault(step, Place()).begun = seen
        yield
        if step in self.broken:
            yield "failed"
            return
        self.clock += 1
        place = self.places[step]
        place.content = f"{sorted(seen.items())}" if step != "train" else f"{seen} {self.clock}"
        place.whole = True
        yield
        self.notes[step] = Noted(Stage.DONE, seen, {"out": place.content})

    def go(self, patience):
        """Runs until all is done, or until it is killed after so many pieces."""
        order = Order(STEPS, self.notes, {})
        action = order.first()
        while not isinstance(action, Finish):
            if isinstance(action, Begin):
                failed = False
                for said in self.actions(action.step, action.choice):
                    patience -= 1
                    if patience == 0:
                        return None
                    failed = failed or said == "failed"
                action = order.after(Ended(not failed))
            else:
                action = order.after(self.see(action.step))
        return action

    @rule(patience=st.integers(1, 40))
    def killed(self, patience):
        self.ran = []
        self.complete = self.go(patience) == Finish()

    @rule()
    def run(self):
        self.ran = []
        ended = self.go(-1)
        self.complete = ended == Finish()
        assert self.complete or ended.failed in self.broken
        if self.complete:
            self.ran = []
            assert self.go(-1) == Finish()
            assert self.ran == []

    @rule(step=st.sampled_from(STEPS), to=st.integers(0, 2))
    def changes(self, step, to):
        self.outside[step] = to
        self.complete = False

    @rule(step=st.sampled_from(STEPS))
    def is_damaged(self, step):
        if self.notes.get(step) and self.notes[step].stage is Stage.DONE and step in self.places:
            self.places[step].content += "!"
            self.places[step].damaged = True
            self.complete = False

    @rule(step=st.sampled_from(STEPS))
    def is_removed(self, step):
        self.places.pop(step, None)
        self.complete = False

    @rule(step=st.sampled_from(STEPS))
    def breaks(self, step):
        self.broken ^= {step}

    @invariant()
    def nothing_goes_on_from_other_inputs(self):
        assert self.begun_wrong == []

    @invariant()
    def what_is_complete_is_made_from_what_is_there(self):
        if self.complete:
            for step in STEPS:
                assert self.places[step].whole
                assert self.places[step].begun == self.inputs(step)

    @invariant()
    def each_runs_once_at_most_and_in_order(self):
        assert self.ran == [step for step in STEPS if step in self.ran]


World.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestWorld = World.TestCase
