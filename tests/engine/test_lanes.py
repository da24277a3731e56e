"""Who may be delivered to next: nobody waits for somebody else's time-outs."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine import lanes as module
from engine.lanes import Lanes


@dataclass
class Clock:
    moment: float = 0.0

    def __call__(self) -> float:
        return self.moment


def lanes(clock: Clock | None = None) -> Lanes:
    return Lanes(at_once=10, per_lane=4, unknown=1, failing=3, clock=clock or Clock())


def test_a_lane_that_was_not_seen_to_answer_gets_one_at_a_time_and_then_several() -> None:
    some = lanes()
    assert some.room("a") == 1
    some.enter("a")
    assert (some.room("a"), some.full()) == (0, ["a"])
    some.leave("a", answered=True)
    assert (some.room("a"), some.full()) == (4, [])
    some.enter("a")
    some.leave("a", answered=False)
    assert some.room("a") == 1


def test_those_that_failed_take_together_no_more_than_their_part_of_the_places() -> None:
    some = lanes()
    for name in "abcdef":
        some.enter(name)
        some.leave(name, answered=False)
    for name in "abc":
        some.enter(name)
    assert sorted(some.full()) == list("abcdef")
    some.leave("a", answered=True)
    assert "d" not in some.full()
    assert some.room("new") == 1


def test_a_lane_known_to_fail_from_elsewhere_counts_as_failing_from_the_start() -> None:
    some = lanes()
    for name in "abc":
        some.enter(name)
        some.learn(name, per_second=None, failing=True)
    some.enter("d")
    some.learn("d", per_second=None, failing=False)
    some.leave("d", answered=False)
    assert "d" in some.full()


def test_a_limit_lets_so_many_through_in_a_second_and_no_more_after_a_pause() -> None:
    clock = Clock()
    some = lanes(clock)
    some.enter("a")
    some.learn("a", per_second=3, failing=False)
    some.leave("a", answered=True)
    assert some.room("a") == 2
    for _ in range(2):
        some.enter("a")
        some.leave("a", answered=True)
    assert (some.room("a"), some.full()) == (0, ["a"])
    clock.moment += 0.4
    assert some.room("a") == 1
    clock.moment += 3600
    assert some.room("a") == 3, "what was not used is not saved up"
    some.enter("a")
    some.learn("a", per_second=None, failing=False)
    some.leave("a", answered=True)
    assert some.room("a") == 4, "the limit was lifted"


def test_addresses_without_number_are_forgotten_but_not_those_under_way() -> None:
    some = lanes()
    some.enter("busy")
    for number in range(module.MOST_REMEMBERED + 10):
        some.enter(str(number))
        some.leave(str(number), answered=False)
    assert len(some._lanes) <= module.MOST_REMEMBERED + 1
    assert some.room("busy") == 0
    some.leave("busy", answered=True)
    assert some.free == 10


class Traffic(RuleBasedStateMachine):
    """Deliveries come and go as they like; the limits hold, and no place is lost."""

    names = st.sampled_from("abcdefgh")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.lanes = lanes(self.clock)
        self.under_way: list[str] = []

    @rule(name=names)
    def claim(self, name: str) -> None:
        if self.lanes.free > 0 and name not in self.lanes.full() and self.lanes.room(name) > 0:
            self.lanes.enter(name)
            self.under_way.append(name)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), answered=st.sampled_from([True, False, None]))
    def end(self, data: st.DataObject, answered: bool | None) -> None:
        name = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.lanes.leave(name, answered)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), per_second=st.sampled_from([None, 1, 5]), failing=st.booleans())
    def learn(self, data: st.DataObject, per_second: int | None, failing: bool) -> None:
        self.lanes.learn(data.draw(st.sampled_from(self.under_way)), per_second=per_second, failing=failing)

    @rule(seconds=st.floats(0, 10))
    def wait(self, seconds: float) -> None:
        self.clock.moment += seconds

    @invariant()
    def limits_hold(self) -> None:
        assert self.lanes.free == 10 - len(self.under_way)
        assert max((self.under_way.count(name) for name in self.under_way), default=0) <= 4

    def teardown(self) -> None:
        for name in self.under_way:
            self.lanes.leave(name, answered=True)
        self.clock.moment += 10
        assert self.lanes.free == 10
        assert self.lanes.full() == []


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=100, deadline=None)
