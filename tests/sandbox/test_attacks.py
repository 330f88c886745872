"""Every attack against every backend, each with an observer outside."""

import os
from collections.abc import Iterator

import pytest
from assay.sandbox import Sandbox
from assay.sandbox.attacks import ATTACKS, Attack
from assay.sandbox.canaries import canaries
from assay.sandbox.doctor import probe, run_attack
from assay.sandbox.host_observer import HostObserver


@pytest.fixture(scope="module")
def observer() -> Iterator[HostObserver]:
    with HostObserver() as opened:
        yield opened


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_attack_does_no_harm(sandbox: Sandbox, observer: HostObserver, attack: Attack) -> None:
    check = run_attack(sandbox, attack, observer)
    assert check.passed, check.said


def test_canaries_hold(sandbox: Sandbox) -> None:
    assert [check for check in canaries(sandbox) if not check.passed] == []


def test_the_observer_sees_harm(observer: HostObserver) -> None:
    """These tests can fail: the same observer reports real harm."""
    import socket

    facts = observer.facts()
    socket.create_connection(("127.0.0.1", int(str(facts["port"])))).close()
    planted = f"{facts['folder']}/planted"
    with open(planted, "w") as file:
        file.write("x")
    try:
        import time

        time.sleep(0.1)
        found = observer.violations(f"xx {observer.secret} yy")
    finally:
        os.remove(planted)
    assert len(found) == 3, found


def test_probe_names_every_mechanism() -> None:
    found = {mechanism.name: mechanism for mechanism in probe()}
    assert {"user namespace", "pid namespace", "seccomp", "landlock", "cgroup", "docker"} <= set(
        found
    )
    assert all(mechanism.present or mechanism.mend for mechanism in found.values())
