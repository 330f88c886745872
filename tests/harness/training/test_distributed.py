"""Leaving a process group: none of it may be alive when the interpreter exits."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import glob
import torch
from assay.harness.training.distributed import (
    join_process_group,
    leave_process_group,
    sum_over_ranks,
)

ranks = join_process_group("cpu")
torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))])
import torch.distributed.nn
sum_over_ranks([1.0], ranks)

def threads():
    names = [open(f).read().strip() for f in glob.glob("/proc/self/task/*/comm")]
    return [name for name in names if "gloo" in name]

assert threads(), "the names of gloo's threads have changed: look for the new ones"
leave_process_group()
assert not threads(), threads()
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are listed by Linux")
def test_no_thread_outlives_the_group(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone",
               "--nproc-per-node=2", str(tmp_path / "script.py")]  # fmt: skip
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
