"""Peers of a benchmark: one that cannot run is reported as not run, and never gets a number.

    from peers import find_peers

    peers, not_run = find_peers({"math-verify": math_verify_grader}, probe=knows_a_half)
    result["not_run"] = not_run                     # {"math-verify": "No module named ..."}

A peer can be importable and still unable to do its work: TRL's `accuracy_reward` without
math-verify imports, then refuses every answer. `probe` therefore asks each peer something that
any working one gets right; only a peer that passes is measured.
"""

import importlib.metadata
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Peer = TypeVar("Peer")


class NotRunError(Exception):
    """This peer cannot run here; the message is the reason."""


def find_peers(
    makers: Mapping[str, Callable[[], Peer]], probe: Callable[[Peer], object] | None = None
) -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers that work here, and the reason for each of the others.

    A maker raises ImportError, OSError or NotRunError when its peer is not installed. `probe`
    returns something false, or raises anything, for a peer that cannot do its work.
    """
    found: dict[str, Peer] = {}
    not_run: dict[str, str] = {}
    for name, make in makers.items():
        try:
            peer = make()
        except (ImportError, OSError, NotRunError) as error:
            not_run[name] = str(error) or type(error).__name__
            continue
        reason = None if probe is None else failed_probe(peer, probe)
        if reason is None:
            found[name] = peer
        else:
            not_run[name] = reason
    report_not_run(not_run)
    return found, not_run


def failed_probe(peer: Peer, probe: Callable[[Peer], object]) -> str | None:
    """Why a peer fails a probe, or None when it passes."""
    try:
        passed = probe(peer)
    except Exception as error:  # a peer may raise anything; whatever it is, it cannot run here
        return f"its probe raised {type(error).__name__}: {error}"[:300]
    return None if passed else "it gets its probe wrong, an answer that any working peer accepts"


def report_not_run(not_run: Mapping[str, str]) -> None:
    """Print one line for each peer that is not run."""
    for name, reason in not_run.items():
        print(f"{name}: not run: {reason}", flush=True)


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The installed versions of these distributions; those that are absent are left out."""
    found: dict[str, str] = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
