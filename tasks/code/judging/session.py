"""The host between the two sides: it carries questions and replies, and reads neither as success.

The host hands the program's text to one sandbox and the tests to another, then relays. It
trusts the judge for the outcome of the tests and the program for nothing.
"""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ....sandbox.expiry import Expiry
from ....sandbox.types import Channel, ChannelClosed, Limits, Outcome, Program, Sandbox
from ...verdict import Status
from .notation import MalformedError, Tree, dumps, loads
from .source_bundle import bundle

JUDGE_LIMITS = Limits(cpu_seconds=36_000, wall_seconds=86_400, memory_mb=2048, output_kb=4096)
JUDGE_CPU_SECONDS = 10.0
_TOO_LONG = Outcome("timeout", reason="the tests ran longer than the whole limit")
JOBS_PER_JUDGE = 500
IDLE_SECONDS = 10.0
"""Seconds without a task after which a judge ends."""
LARGEST_REPLY = 32 * 2**20
HEAVY_REPLIES = 4 * 2**20
"""Bytes of replies after which a judge is not used again: its memory may have grown."""
_LEAVES_TRACES = re.compile(
    r"\b(?:setrecursionlimit|set_int_max_str_digits|getcontext|setcontext|setlocale|environ|builtins"
    r"|patch|setattr|simplefilter|filterwarnings|modules|seterr|set_printoptions|settrace)\b"
)
"""Tests that may change their interpreter; it does not serve another task then."""


class BadProgramError(Exception):
    """The program cannot be loaded; `status` is the verdict's."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.sentence = reason[:1].upper() + reason[1:] + ("" if reason.endswith(".") else ".")


class UnexpectedQuestionError(Exception):
    """The judge asks something else than what the program was asked already."""


class JudgeFailedError(Exception):
    """The judge ended or spoke nonsense; `outcome` says how it ended, if it did."""

    def __init__(self, reason: str, outcome: Outcome | None = None, calls: int = 0) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.calls = calls


@dataclass(frozen=True, slots=True)
class JudgeTask:
    """The tests of one check, as the judge gets them."""

    tests: str
    prompt: str
    setup: str
    entry_point: str
    wanted: tuple[str, ...]
    modules: tuple[str, ...]
    check: str | None
    functions: tuple[str, ...]
    preload: tuple[str, ...] = ()


class ProgramChannel:
    """The program under test, loaded and ready to be asked."""

    def __init__(
        self,
        sandbox: Sandbox,
        limits: Limits,
        preload: tuple[str, ...] = (),
        seconds: float | None = None,
    ) -> None:
        """`seconds` bounds the CPU time of every single answer, within the limits of the whole."""
        self._channel = sandbox.open_channel(
            Program("", preload=preload, prelude=bundle("program_side")), limits
        )
        self.deadline = time.monotonic() + limits.wall_seconds
        """When the verdict has to be there; to wait for a free sandbox took none of that time."""
        self.names: Mapping[str, str] = {}
        self._seconds = seconds
        self._ahead = (b"", b"")
        """A question that the program was asked before the judge asks it, and the reply."""

    def load(
        self, source: str, setup: str = "", declared: tuple[str, ...] = (), ahead: bytes = b""
    ) -> bytes:
        """Run the program's text, and ask the judge's question `ahead` of it, if there is one.

        Gives the reply to that question, b"" without one. Raises BadProgramError, ChannelClosed.
        """
        load = ["load", source, setup, list(declared)]
        if not ahead:
            self._loaded(self.ask(load))
            return b""
        parts = b'["load_and_ahead",', dumps(load[1:]), b",", _arguments(ahead), b"]"
        head, _, reply = self.relay(b"".join(parts)).partition(b"\n")
        self._loaded(_reply(head))
        if not reply:
            raise MalformedError("a reply in no known form")
        self._ahead = ahead, reply
        return reply

    def _loaded(self, reply: list[Any]) -> None:
        if reply[0] == "ok" and len(reply) == 2 and type(reply[1]) is dict:
            self.names = {name: kind for name, kind in reply[1].items() if type(kind) is str}
        elif reply[0] == "bad":
            raise BadProgramError("rejected", f"the program is not Python: {reply[1]}: {reply[2]}")
        elif reply[0] == "x":
            name = str(reply[1][0]).rpartition(".")[2] if reply[1] else "an exception"
            raise BadProgramError(
                "crashed", f"the program fails as it is loaded: {name}: {reply[2]}"
            )
        else:
            raise MalformedError("a reply in no known form")

    def ask(self, question: Tree) -> list[Any]:
        """The reply to one question. Raises ChannelClosed, MalformedError."""
        return _reply(self.relay(dumps(question)))

    def relay(self, question: bytes) -> bytes:
        """The bytes of the reply.

        Raises ChannelClosed, MalformedError, UnexpectedQuestionError.
        """
        (asked, reply), self._ahead = self._ahead, (b"", b"")
        if asked:
            if question != asked:
                raise UnexpectedQuestionError
            return reply
        reply = self._channel.ask(question, self._seconds)
        if len(reply) > LARGEST_REPLY:
            raise MalformedError(f"a reply of {len(reply):,} bytes, more than {LARGEST_REPLY:,}")
        return reply

    def discard(self) -> None:
        """End the program, however it ends."""
        self._channel.discard()


def _reply(data: bytes) -> list[Any]:
    reply = loads(data)
    if type(reply) is not list or not reply or type(reply[0]) is not str:
        raise MalformedError("a reply in no known form")
    return reply


def _arguments(question: bytes) -> bytes:
    """A question without its first word, which says what kind it is."""
    return b"[" + question.partition(b",")[2]


@dataclass
class _Judge:
    """A warm judge, how many jobs it has done, and the tests that it has compiled."""

    channel: Channel
    used: int = 0
    idle_since: float = 0.0
    known: set[str] = field(default_factory=set)


class Judges:
    """Warm judges, one per check at a time, each in a sandbox that the program never shares."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._idle: dict[tuple[str, ...], list[_Judge]] = {}
        self._lock = threading.Lock()
        self._expiry = Expiry(self._let_go, "idle judges")

    def run(
        self, job: JudgeTask, program: ProgramChannel, fresh: bool = False, alone: bool = False
    ) -> dict[str, Any]:
        """Let a judge run the tests against the program; its account of them.

        `alone` lets it ask every call on its own, to see which of them ends the program.
        Raises JudgeFailedError. When the program ends, the account says so in `stray`, and the
        exception of the program's channel is under `closed`.
        """
        judge = self._take(job, fresh)
        closed: ChannelClosed | None = None
        keep = False
        try:
            question = _job_message(job, program.names, alone)
            calls = relayed = 0
            while True:
                try:
                    left = program.deadline - time.monotonic()
                    if calls and left <= 0:
                        raise ChannelClosed(_TOO_LONG)
                    reply = judge.channel.ask(question, min(JUDGE_CPU_SECONDS, max(left, 1.0)))
                except ChannelClosed as error:
                    raise JudgeFailedError(
                        f"{error} after {calls} calls", error.outcome, calls
                    ) from None
                if reply[:1] == b"D":
                    break
                calls += 1
                try:
                    question = b"A" + program.relay(reply[1:])
                    relayed += len(question)
                except ChannelClosed as error:
                    closed, question = error, b"X"
            account: dict[str, Any] = loads(reply[1:])
            account["closed"] = closed
            traces = any(map(_LEAVES_TRACES.search, (job.tests, job.prompt, job.setup)))
            keep = relayed <= HEAVY_REPLIES and not fresh and not traces
            return account
        finally:
            self._give_back(judge, job, keep)

    def _take(self, job: JudgeTask, fresh: bool) -> "_Judge":
        """An idle judge, if there is one that holds these tests compiled; or a new one."""
        with self._lock:
            idle = self._idle.get(job.preload)
            if idle and not fresh:
                knows = (n for n, judge in enumerate(idle) if job.tests in judge.known)
                return idle.pop(next(knows, -1))
        program = Program("", preload=job.preload, prelude=bundle("judge_side"))
        return _Judge(self._sandbox.open_channel(program, JUDGE_LIMITS))

    def _give_back(self, judge: "_Judge", job: JudgeTask, keep: bool) -> None:
        judge.used += 1
        if keep and judge.used < JOBS_PER_JUDGE:
            judge.known.add(job.tests)
            judge.idle_since = time.monotonic()
            with self._lock:
                self._idle.setdefault(job.preload, []).append(judge)
            self._expiry.begin(IDLE_SECONDS)
        else:
            judge.channel.close()

    def _let_go(self) -> float | None:
        """End the judges that have been idle for long; seconds until the next is due."""
        with self._lock:
            due = time.monotonic() - IDLE_SECONDS
            gone = [one for idle in self._idle.values() for one in idle if one.idle_since <= due]
            for preload, idle in self._idle.items():
                self._idle[preload] = [one for one in idle if one.idle_since > due]
            left = [one.idle_since for idle in self._idle.values() for one in idle]
        for judge in gone:
            judge.channel.close()
        return max(0.05, min(left) - due) if left else None

    def close(self) -> None:
        """End every idle judge and their sandbox."""
        self._expiry.end()
        with self._lock:
            idle, self._idle = self._idle, {}
        for judge in [one for shelf in idle.values() for one in shelf]:
            judge.channel.close()
        self._sandbox.close()


def _job_message(job: JudgeTask, names: Mapping[str, str], alone: bool) -> bytes:
    """What a judge is told of a job."""
    return dumps(
        {
            "tests": job.tests, "prompt": job.prompt, "setup": job.setup,
            "entry": job.entry_point, "wanted": list(job.wanted), "check": job.check,
            "functions": list(job.functions), "modules": list(job.modules),
            "names": dict(names), "alone": alone,
        }
    )  # fmt: skip
