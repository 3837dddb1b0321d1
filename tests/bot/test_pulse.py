"""Whether loops move."""

import pytest

from bot.pulse import PATIENCE, Loop, Pulse


def test_a_loop_that_never_began_does_not_move() -> None:
    assert Pulse([Loop.POLL]).stuck(5.0) == {Loop.POLL: None}


@pytest.mark.parametrize("loop", Loop)
def test_a_loop_is_stuck_when_it_did_not_move_for_longer_than_one_has_patience(loop: Loop) -> None:
    pulse = Pulse([loop])
    pulse.moved(loop, 100.0)
    patience = PATIENCE[loop]
    assert pulse.stuck(100.0 + patience) == {}
    assert pulse.stuck(101.0 + patience) == {loop: patience + 1}


def test_loops_of_other_processes_are_nobodys_business_here() -> None:
    pulse = Pulse([Loop.POLL])
    pulse.moved(Loop.POLL, 0.0)
    pulse.moved(Loop.DELIVER, 0.0)
    assert pulse.stuck(50.0) == {}


def test_who_waits_for_its_turn_moves_and_says_so_until_it_has_it() -> None:
    pulse = Pulse([Loop.DELIVER])
    pulse.waits(Loop.DELIVER, 10.0)
    assert pulse.stuck(20.0) == {}
    assert pulse.standby() == (Loop.DELIVER,)
    pulse.moved(Loop.DELIVER, 30.0)
    assert pulse.standby() == ()
