"""The channel: requests, replies, and programs that reply to what was not requested."""

import os
import time

import pytest
from assay.sandbox import Channel, ChannelClosed, Limits, Program, Sandbox, open_sandbox
from assay.sandbox.forkserver.programs import PRELUDES_KEPT

ECHO = "def answer(question): return question[::-1]\nserve(answer)\n"


def test_questions_are_answered_in_turn(sandbox: Sandbox) -> None:
    with sandbox.open_channel(Program(ECHO)) as channel:
        for size in (0, 1, 19, 65_536, 3_000_000):
            question = bytes(i % 251 for i in range(size))
            assert channel.ask(question) == question[::-1]
    assert channel.close().status == "ok"


def test_a_prelude_is_there_and_new_for_every_program(sandbox: Sandbox) -> None:
    prelude = "seen = []\ndef answer(question): seen.append(question); return b','.join(seen)\n"
    for _ in range(3):
        with sandbox.open_channel(Program("serve(answer)", prelude=prelude)) as channel:
            assert channel.ask(b"a") == b"a"
            assert channel.ask(b"b") == b"a,b"
    assert sandbox.run(Program("print(seen, __name__)", prelude=prelude)).stdout == "[] __main__\n"
    assert "NameError" in sandbox.run(Program("print(seen)")).stderr


def test_more_preludes_than_a_server_keeps_come_back(sandbox: Sandbox) -> None:
    for round_ in range(2):
        for number in range(PRELUDES_KEPT + 2):
            program = Program("print(x)", prelude=f"x = {number}")
            assert sandbox.run(program).stdout == f"{number}\n", round_


MAIN = """
seen = 0

def main(exchange):
    global seen
    reply = None
    while True:
        question = exchange(reply)
        seen += 1
        reply = question + str(seen).encode()
"""


def test_a_prelude_may_bring_the_main_program(sandbox: Sandbox) -> None:
    for _ in range(2):
        with sandbox.open_channel(Program("", prelude=MAIN)) as channel:
            assert [channel.ask(b"n") for _ in range(3)] == [b"n1", b"n2", b"n3"]
    with sandbox.open_channel(Program("serve(lambda question: b'own')", prelude=MAIN)) as channel:
        assert channel.ask(b"n") == b"own"
    plain = Program("", prelude="def main(exchange):\n    print(exchange)")
    assert sandbox.run(plain).stdout == "None\n"
    assert sandbox.run(Program("", prelude="x = 1")).stdout == ""
    assert sandbox.run(Program("main = print")).stdout == ""


def test_a_prelude_that_fails_is_not_the_fault_of_the_program(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("print(1)", prelude="1 / 0"))
    assert outcome.status == "sandbox_error"
    assert "prelude" in outcome.reason
    assert "ZeroDivisionError" in outcome.reason
    assert sandbox.run(Program("print(1)")).stdout == "1\n"


def test_every_program_has_random_numbers_of_its_own(sandbox: Sandbox) -> None:
    seen = {sandbox.run(Program("import random; print(random.random())")).stdout for _ in range(6)}
    assert len(seen) == 6


def test_many_channels_and_runs_at_once(sandbox: Sandbox) -> None:
    channels = [sandbox.open_channel(Program(ECHO)) for _ in range(5)]
    assert sandbox.run(Program("print(1)")).stdout == "1\n"
    assert [channel.ask(b"xy") for channel in channels] == [b"yx"] * 5
    for channel in channels:
        channel.close()


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.write(3, bytes(24)); serve(lambda q: q)",
        "import os, struct\nos.write(3, struct.pack('<I', 2) + bytes(16) + b'ok')\nserve(bytes)",
        "def a(q):\n import os; os.write(3, bytes(30)); return b'ok'\nserve(a)",
        "def a(q):\n import os; os.close(3); return b'ok'\nserve(a)",
        "serve(lambda q: 'text')",
        "serve(lambda q: 1/0)",
        "import sys; sys.exit(0)",
        "print('correct')",
        "import os; os._exit(0)",
        "import os\nhead = os.read(3, 21)\nos.write(3, head[:4] + bytes(16) + b'k')",
        "import os\nhead = os.read(3, 21)\nos.write(3, head[:19] + bytes([head[19] ^ 1]) + b'k')",
        "import os\nhead = os.read(3, 21)\nos.write(3, head + b'k')",
        "import os\nos.read(3, 20)\nos.write(3, b'\\xff\\xff\\xff\\xff' + bytes(16))\n",
    ],
)
def test_no_reply_is_taken_from_a_program_that_breaks_the_rules(
    sandbox: Sandbox, source: str
) -> None:
    channel = sandbox.open_channel(Program(source), Limits(wall_seconds=5))
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"?")
    assert caught.value.outcome.reason
    assert caught.value.outcome.status != "sandbox_error"
    channel.close()


def test_a_reply_to_an_earlier_question_is_no_reply(sandbox: Sandbox) -> None:
    source = (
        "import os\n"
        "first = os.read(3, 21)\nos.write(3, first)\n"
        "second = os.read(3, 21)\nos.write(3, first[:20] + second[20:])"
    )
    channel = sandbox.open_channel(Program(source), Limits(wall_seconds=5))
    assert channel.ask(b"1") == b"1"
    with pytest.raises(ChannelClosed, match="not asked"):
        channel.ask(b"2")


def test_bytes_after_an_answer_end_the_channel(sandbox: Sandbox) -> None:
    source = (
        "import os, threading\n"
        "def later():\n import time; time.sleep(0.05); os.write(3, b'more')\n"
        "def a(q):\n threading.Thread(target=later).start(); return b'ok'\n"
        "serve(a)"
    )
    channel = sandbox.open_channel(Program(source))
    # On a busy machine the bytes may come with the answer, or after the next question.
    with pytest.raises(ChannelClosed, match=r"nobody had asked|bytes after its answer"):
        _ask_until_it_ends(channel)


def _ask_until_it_ends(channel: Channel) -> None:
    for _ in range(200):
        assert channel.ask(b"1") == b"ok"
        time.sleep(0.1)


def test_one_answer_has_its_own_cpu_limit(sandbox: Sandbox) -> None:
    source = "def a(q):\n while q == b'spin': pass\n return q\nserve(a)"
    channel = sandbox.open_channel(Program(source), Limits(cpu_seconds=60, wall_seconds=60))
    assert channel.ask(b"1", cpu_seconds=0.2) == b"1"
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"spin", cpu_seconds=0.2)
    assert caught.value.outcome.status == "timeout"


def test_a_sleeping_answer_meets_the_wall(sandbox: Sandbox) -> None:
    source = "import time\nserve(lambda q: time.sleep(60))"
    channel = sandbox.open_channel(Program(source), Limits(wall_seconds=0.3))
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"?")
    assert caught.value.outcome.status == "timeout"


def test_serve_cannot_be_imported(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("serve(lambda q: q)"))
    assert outcome.status == "nonzero_exit"
    assert "NameError" in outcome.reason


@pytest.mark.parametrize(
    ("source", "status", "code", "said"),
    [
        ("import sys; sys.exit(3)", "nonzero_exit", 3, "exit code 3"),
        ("1 / 0", "nonzero_exit", 1, "ZeroDivisionError"),
        ("import os; os.abort()", "signal", None, "SIGABRT"),
        ("import os; os.kill(os.getpid(), 9)", "signal", None, "SIGKILL"),
        ("x = bytearray(1 << 30)", "memory", 1, "memory_mb=512"),
        ("pass", "ok", 0, ""),
    ],
)
def test_close_says_how_a_program_had_ended(
    sandbox: Sandbox, source: str, status: str, code: int | None, said: str
) -> None:
    channel = sandbox.open_channel(Program("serve(lambda question: b'a')\n"))
    assert channel.ask(b"") == b"a"
    outcome = channel.close()
    assert (outcome.status, outcome.reason) == ("ok", "ended by closing the channel")
    channel = sandbox.open_channel(Program(source))
    time.sleep(0.5)  # it ends meanwhile
    outcome = channel.close()
    assert (outcome.status, outcome.exit_code) == (status, code), outcome
    assert said in outcome.reason


def test_a_discarded_program_is_ended_before_the_next_one_runs(sandbox: Sandbox) -> None:
    busy = "def answer(q):\n    open('left', 'w').close()\n    return b'made'\nserve(answer)"
    look = Program("import os\nprint(os.listdir())")
    assert sandbox.run(look).stdout == "[]\n"
    for _ in range(6):  # more than there are servers, so that each is met again
        channel = sandbox.open_channel(Program(busy))
        assert channel.ask(b"") == b"made"
        channel.discard()
        assert sandbox.run(look).stdout == "[]\n"


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time\ntime.sleep(600)",
        "import os, signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except OSError: pass\nwhile True: pass",
        "print('x' * 10_000_000)",
        "import os\nos._exit(3)",
    ],
)
def test_whatever_is_discarded_holds_up_nobody(sandbox: Sandbox, source: str) -> None:
    for _ in range(4):
        sandbox.open_channel(Program(source)).discard()
    assert sandbox.run(Program("print(1)")).stdout == "1\n"
    assert {one.stdout for one in sandbox.run_many([Program("print(2)")] * 6)} == {"2\n"}


def test_a_discarded_channel_is_closed(sandbox: Sandbox) -> None:
    channel = sandbox.open_channel(Program(ECHO))
    assert channel.ask(b"ab") == b"ba"
    channel.discard()
    channel.discard()
    assert channel.close().status == "ok"
    with pytest.raises(ChannelClosed, match="discarded"):
        channel.ask(b"c")


def test_a_sandbox_that_closes_leaves_nothing_of_what_was_discarded() -> None:
    sandbox = open_sandbox("process", workers=2)
    before = len(os.listdir("/proc/self/fd"))
    channels = [sandbox.open_channel(Program(ECHO)) for _ in range(9)]
    for channel in channels:  # more than the pool keeps idle servers for
        assert channel.ask(b"ab") == b"ba"
        channel.discard()
    sandbox.close()
    assert len(os.listdir("/proc/self/fd")) <= before
