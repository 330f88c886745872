"""The channel: questions, replies, and programs that try to answer what they were not asked."""

import pytest
from assay.sandbox import ChannelClosed, Limits, Program, Sandbox
from assay.sandbox.forkserver.programs import PRELUDES_KEPT

ECHO = "def answer(question): return question[::-1]\nserve(answer)\n"


def test_questions_are_answered_in_turn(box: Sandbox) -> None:
    with box.open_channel(Program(ECHO)) as channel:
        for size in (0, 1, 19, 65_536, 3_000_000):
            question = bytes(i % 251 for i in range(size))
            assert channel.ask(question) == question[::-1]
    assert channel.close().status == "ok"


def test_a_prelude_is_there_and_new_for_every_program(box: Sandbox) -> None:
    prelude = "seen = []\ndef answer(question): seen.append(question); return b','.join(seen)\n"
    for _ in range(3):
        with box.open_channel(Program("serve(answer)", prelude=prelude)) as channel:
            assert channel.ask(b"a") == b"a"
            assert channel.ask(b"b") == b"a,b"
    assert box.run(Program("print(seen, __name__)", prelude=prelude)).stdout == "[] __main__\n"
    assert "NameError" in box.run(Program("print(seen)")).stderr


def test_more_preludes_than_a_server_keeps_come_back(box: Sandbox) -> None:
    for round_ in range(2):
        for number in range(PRELUDES_KEPT + 2):
            program = Program("print(x)", prelude=f"x = {number}")
            assert box.run(program).stdout == f"{number}\n", round_


def test_a_prelude_that_fails_is_not_the_fault_of_the_program(box: Sandbox) -> None:
    outcome = box.run(Program("print(1)", prelude="1 / 0"))
    assert outcome.status == "sandbox_error"
    assert "prelude" in outcome.reason
    assert "ZeroDivisionError" in outcome.reason
    assert box.run(Program("print(1)")).stdout == "1\n"


def test_every_program_has_random_numbers_of_its_own(box: Sandbox) -> None:
    seen = {box.run(Program("import random; print(random.random())")).stdout for _ in range(6)}
    assert len(seen) == 6


def test_many_channels_and_runs_at_once(box: Sandbox) -> None:
    channels = [box.open_channel(Program(ECHO)) for _ in range(5)]
    assert box.run(Program("print(1)")).stdout == "1\n"
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
        "import os\nhead = os.read(3, 20)\nos.write(3, head[:4] + bytes(16) + b'ok')",
        "import os\nos.read(3, 20)\nos.write(3, b'\\xff\\xff\\xff\\xff' + bytes(16))\n",
    ],
)
def test_no_reply_is_taken_from_a_program_that_breaks_the_rules(box: Sandbox, source: str) -> None:
    channel = box.open_channel(Program(source), Limits(wall_seconds=5))
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"?")
    assert caught.value.outcome.reason
    assert caught.value.outcome.status != "sandbox_error"
    channel.close()


def test_bytes_after_an_answer_end_the_channel(box: Sandbox) -> None:
    source = (
        "import os, threading\n"
        "def later():\n import time; time.sleep(0.05); os.write(3, b'more')\n"
        "def a(q):\n threading.Thread(target=later).start(); return b'ok'\n"
        "serve(a)"
    )
    channel = box.open_channel(Program(source))
    assert channel.ask(b"1") == b"ok"
    import time

    time.sleep(0.3)
    with pytest.raises(ChannelClosed, match="nobody had asked"):
        channel.ask(b"2")


def test_one_answer_has_its_own_cpu_limit(box: Sandbox) -> None:
    source = "def a(q):\n while q == b'spin': pass\n return q\nserve(a)"
    channel = box.open_channel(Program(source), Limits(cpu_seconds=60, wall_seconds=60))
    assert channel.ask(b"1", cpu_seconds=0.2) == b"1"
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"spin", cpu_seconds=0.2)
    assert caught.value.outcome.status == "timeout"


def test_a_sleeping_answer_meets_the_wall(box: Sandbox) -> None:
    source = "import time\nserve(lambda q: time.sleep(60))"
    channel = box.open_channel(Program(source), Limits(wall_seconds=0.3))
    with pytest.raises(ChannelClosed) as caught:
        channel.ask(b"?")
    assert caught.value.outcome.status == "timeout"


def test_serve_cannot_be_imported(box: Sandbox) -> None:
    outcome = box.run(Program("serve(lambda q: q)"))
    assert outcome.status == "nonzero_exit"
    assert "NameError" in outcome.reason
