"""Lists of system calls: by machine code and by a loop, with the same results."""

import ctypes
import errno
import os

import pytest
from assay.sandbox.forkserver.batch import MAY_FAIL, MUST_BE_POSITIVE, SyscallBatch


@pytest.fixture(params=["as the machine does", "by the loop"])
def batch(request: pytest.FixtureRequest) -> SyscallBatch:
    made = SyscallBatch()
    if request.param == "by the loop":
        made._runner = None
    return made


def test_all_calls_are_made_in_turn(batch: SyscallBatch) -> None:
    read, write = os.pipe()
    for number in range(3):
        batch.add("dup3", write, 200 + number)
    batch.add("close", 201)
    assert batch.close().run() == ("", 0)
    assert os.write(200, b"a") + os.write(202, b"b") == 2
    assert os.read(read, 9) == b"ab"
    with pytest.raises(OSError, match="Bad file"):
        os.write(201, b"c")
    for descriptor in (read, write, 200, 202):
        os.close(descriptor)


def test_a_failing_call_stops_the_list_and_is_named(batch: SyscallBatch) -> None:
    read, write = os.pipe()
    batch.add("close", 555, rule=MAY_FAIL)
    batch.add("chdir", batch.hold(ctypes.create_string_buffer(b"/nonexistent")))
    batch.add("close", read)
    assert batch.close().run() == ("chdir", errno.ENOENT)
    for descriptor in (read, write):
        os.close(descriptor)  # both are still open


def test_a_call_that_must_give_something_stops_at_zero(batch: SyscallBatch) -> None:
    read, write = os.pipe()
    batch.add("close", write, rule=MUST_BE_POSITIVE)
    batch.add("close", read)
    assert batch.close().run() == ("close", 0)
    os.close(read)


def test_an_argument_can_be_changed(batch: SyscallBatch) -> None:
    read, write = os.pipe()
    place = batch.add("close", 0)
    batch.close().set(place, 0, write)
    assert batch.run() == ("", 0)
    assert os.read(read, 1) == b""
    os.close(read)
