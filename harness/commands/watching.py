"""`assay watch`: follow a run in progress, from another process or another day."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ...tasks import Verdict
from ..evaluation.live import LiveScore, Screen
from ..records import decode_object
from ..results import RunFolder, open_run
from .options import Out

STALE = 15.0
"""Seconds after which a state that is not written again means that nobody runs the run."""


def watch(
    run: Annotated[str, typer.Argument(help="The id or the folder of a run.")],
    out: Out = Path("results"),
    once: Annotated[bool, typer.Option("--once", help="Print the state and end.")] = False,
    every: Annotated[
        float, typer.Option("--every", min=0.1, max=3600, help="Seconds between two looks.")
    ] = 2.0,
) -> None:
    """Follow a run in progress: a line per suite, requests in the air, retries."""
    folder = open_run(run, out)
    follower = Follower(folder)
    screen = Screen()
    while True:
        follower.read()
        ended = folder.summary_path.exists() and not folder.live_path.exists()
        if once or ended:
            for line in follower.lines():
                typer.echo(line)
            typer.echo(follower.state(ended))
            return
        screen.replace("   ".join([*follower.lines(), follower.state(ended)]))
        time.sleep(every)


class Follower:
    """Reads what is new in a run's records."""

    def __init__(self, folder: RunFolder) -> None:
        """Raises UsageError for a run that cannot be read."""
        self._folder = folder
        self._place = 0
        self._seen: set[tuple[str, str, int]] = set()
        self._started = time.monotonic()
        config = folder.manifest()["config"]
        self.tallies = {
            task["name"]: LiveScore(task["name"], task["problems"] * config["samples"])
            for task in config["tasks"]
        }

    def read(self) -> None:
        """Count the records that were added since the last time."""
        for record in self._new():
            key = (record["suite"], record["problem_id"], record["sample"])
            tally = self.tallies.get(record["suite"])
            if tally is not None and key not in self._seen:
                self._seen.add(key)
                verdict = Verdict.model_validate(record["verdict"])
                tally.add(record.get("completion_tokens"), verdict)

    def lines(self) -> list[str]:
        """One line per suite."""
        return [tally.line(self._started) for tally in self.tallies.values()]

    def state(self, ended: bool) -> str:
        """Whether the run is alive, and what it waits for."""
        if ended:
            return "finished"
        live = self._live()
        if live is None or time.time() - live.get("written", 0) > STALE:
            return f"nobody is running it; --resume --run-id {self._folder.run_id} continues it"
        parts = ["running"]
        if live.get("in_flight") is not None:
            parts.append(f"{live['in_flight']} in the air to {live.get('waiting_for')}")
        retries = live.get("retries") or {}
        if retries:
            parts.append("repeated: " + ", ".join(f"{n} {why}" for why, n in retries.items()))
        if live.get("silent_seconds", 0) > STALE:
            parts.append(f"no answer for {live['silent_seconds']:.0f} s")
        return ", ".join(parts)

    def _live(self) -> dict[str, Any] | None:
        try:
            return decode_object(self._folder.live_path.read_bytes())
        except OSError:
            return None

    def _new(self) -> Iterator[Mapping[str, Any]]:
        """The whole lines after the last one that was read."""
        with self._folder.samples_path.open("rb") as file:
            file.seek(self._place)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._place += len(line)
                record = decode_object(line)
                if record is not None and "verdict" in record:
                    yield record
