"""Problems never change: golden hashes, any PYTHONHASHSEED, any order, any thread."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from assay.tasks import load

GOLDEN = Path(__file__).with_name("golden_hashes.json")
LEVELS, FIRST = (1, 5, 10), 8

PROGRAM = f"""
import hashlib, json, sys
from assay.tasks import load
result = {{}}
for name in sys.argv[1:]:
    digest = hashlib.sha256()
    for split in ("train", "test"):
        for level in {LEVELS}:
            suite = load(name, split=split, difficulty=level, size={FIRST})
            for p in suite:
                stored = json.dumps(dict(p.meta), sort_keys=True)
                for text in (p.id, p.prompt, p.answer, stored, suite.gold(p)):
                    digest.update(text.encode() + b"\\0")
    result[name] = digest.hexdigest()[:32]
print(json.dumps(result))
"""


def hashes(names, hash_seed):
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_golden_hashes_under_two_hash_seeds():
    pinned = json.loads(GOLDEN.read_text())
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(hashes, [list(pinned)] * 2, ["0", "4711"])
    assert one == two
    assert one == pinned


@pytest.mark.parametrize("name", sorted(json.loads(GOLDEN.read_text())))
def test_any_order_and_any_thread_give_the_same_problems(name):
    suite = load(name, difficulty=3, size=12)
    straight = list(suite)
    backwards = [suite[i] for i in reversed(range(12))][::-1]
    with ThreadPoolExecutor(4) as pool:
        threaded = list(pool.map(suite.__getitem__, range(12)))
    assert straight == backwards == threaded


def test_a_suite_without_end_is_not_held_in_memory():
    suite = load("knights_and_knaves", size=10**9)
    assert len(suite) == 10**9
    assert suite.drawn(10**9 - 1) == suite[10**9 - 1] == suite.find(suite[10**9 - 1].id)


if __name__ == "__main__":  # python tests/tasks/logic/test_golden.py: pin anew
    sys.path.insert(0, str(Path(__file__).parent))
    from test_contract import SUITES

    GOLDEN.write_text(json.dumps(hashes(SUITES, "0"), indent=1) + "\n")
