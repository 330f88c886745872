"""The contract suite, attack by attack, each with the observer outside."""

import os
from collections.abc import Iterator

import pytest
from assay.sandbox import Sandbox
from assay.sandbox.attacks import ATTACKS, Attack
from assay.sandbox.doctor import canaries, probe, withstand
from assay.sandbox.witness import Witness


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    with Witness() as opened:
        yield opened


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_attack_does_no_harm(box: Sandbox, witness: Witness, attack: Attack) -> None:
    check = withstand(box, attack, witness)
    assert check.passed, check.said


def test_canaries_hold(box: Sandbox) -> None:
    assert [check for check in canaries(box) if not check.passed] == []


def test_the_observer_sees_harm(witness: Witness) -> None:
    """The suite can fail: the same observer objects when the harm is real."""
    import socket

    facts = witness.facts()
    socket.create_connection(("127.0.0.1", int(str(facts["port"])))).close()
    planted = f"{facts['folder']}/planted"
    with open(planted, "w") as file:
        file.write("x")
    try:
        import time

        time.sleep(0.1)
        found = witness.complaints(f"xx {witness.secret} yy")
    finally:
        os.remove(planted)
    assert len(found) == 3, found


def test_probe_names_every_mechanism() -> None:
    found = {mechanism.name: mechanism for mechanism in probe()}
    assert {"user namespace", "pid namespace", "seccomp", "landlock", "cgroup", "docker"} <= set(
        found
    )
    assert all(mechanism.present or mechanism.mend for mechanism in found.values())
