"""Where the kernel refuses pivot_root, as on an initial RAM disk, the root is moved instead."""

import subprocess
import sys

import pytest
from assay.sandbox import UsageError, open_sandbox

_REFUSE = """
import ctypes, errno, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
column = ["x86_64", "aarch64"].index(platform.machine())
steps = ((0x20, 0, 0, 0), (0x15, 0, 1, (155, 41)[column]), (0x06, 0, 0, 0x50000 | errno.EINVAL),
         (0x06, 0, 0, 0x7FFF0000))
text = b"".join(struct.pack("HBBI", *step) for step in steps)
held = ctypes.create_string_buffer(text, len(text))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]
made = Program(len(steps), ctypes.addressof(held))
assert libc.prctl(38, 1, 0, 0, 0) == 0
number = ctypes.c_long((317, 277)[column])
assert libc.syscall(number, ctypes.c_uint(1), ctypes.c_uint(0), ctypes.byref(made)) == 0
assert libc.syscall(ctypes.c_long((155, 41)[column]), b".", b".") == -1
assert ctypes.get_errno() == errno.EINVAL

from assay.sandbox import Program as Source, open_sandbox
with open_sandbox("process", level="namespaces", workers=1) as sandbox:
    assert sandbox.isolation == "namespaces"
    look = "import os; print(sorted({'home', 'proc', 'etc', 'usr'} & set(os.listdir('/../..'))))"
    print(sandbox.run(Source(look)).stdout, end="")
"""


def test_the_root_is_moved_where_it_cannot_be_exchanged() -> None:
    try:
        open_sandbox("process", level="namespaces", workers=1).close()
    except UsageError as absent:
        pytest.skip(str(absent))
    done = subprocess.run([sys.executable, "-c", _REFUSE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "proc" not in done.stdout
    assert "home" not in done.stdout
    assert "usr" in done.stdout
