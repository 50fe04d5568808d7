"""Who holds a lease, and whether that process lives."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

from launchbook.ledger.holder import current_holder, is_dead
from launchbook.model.record import Holder


def test_this_process_lives() -> None:
    holder = current_holder()
    assert os.getpid() == holder.pid
    assert not is_dead(holder)


def test_a_process_that_ended_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    assert is_dead(replace(current_holder(), pid=child.pid))


def test_a_later_process_with_the_same_number_is_another_one() -> None:
    own = current_holder()
    assert is_dead(replace(own, started=f"{own.started}0"))


def test_a_process_of_another_boot_may_be_on_a_machine_of_the_same_name() -> None:
    assert not is_dead(replace(current_holder(), started="another-boot/1"))


def test_a_process_whose_start_is_not_known_is_taken_for_alive() -> None:
    assert not is_dead(replace(current_holder(), started=""))


def test_a_process_of_another_host_is_never_known_to_be_dead() -> None:
    assert not is_dead(Holder("elsewhere.example", 1, "x"))
