"""Reverify a bundle of 10,000 records, and one in which 1,000 were tampered with.

Three kinds of tampering take turns: a flipped verdict, an edited completion, an edited token
count; the hashes of the records stay as they were. A second pass flips 1,000 verdicts and makes
every hash fit, so that only verification can tell.

    python benchmarks/bundle_reverify.py [--records 10000] [--tampered 1000]
"""

import argparse
import hashlib
import json
import os
import platform
import random
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from assay.harness.backends import load_model
from assay.harness.bundle import DIGESTS, HEADER, SAMPLES, reverify, write_bundle
from assay.harness.evaluation import TaskSpec, evaluate

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "bundle_reverify.json"
TASKS = ("arithmetic", "sequences", "boolean_circuits", "ordering")


def rewritten(source: Path, target: Path, chosen: set[int], fit: bool) -> set[str]:
    """Write the bundle with the chosen records changed; returns their names."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    lines, named = files[SAMPLES].splitlines(), set()
    for turn, number in enumerate(sorted(chosen)):
        record = json.loads(lines[number])
        named.add(f"{record['suite']}/{record['problem_id']}#{record['sample']}")
        _change(record, 0 if fit else turn % 3)
        lines[number] = json.dumps(record, separators=(",", ":")).encode()
    files[SAMPLES] = b"\n".join(lines) + b"\n"
    if fit:
        digests = (f"{hashlib.sha256(line).hexdigest()}\n" for line in lines)
        files[DIGESTS] = "".join(digests).encode()
        header = json.loads(files[HEADER])
        header["files"] = {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != HEADER
        }
        files[HEADER] = json.dumps(header).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return named


def _change(record: dict[str, Any], kind: int) -> None:
    verdict = record["verdict"]
    if kind == 0:
        right = verdict["status"] == "correct"
        verdict["status"], verdict["score"] = ("incorrect", 0.0) if right else ("correct", 1.0)
    elif kind == 1:
        record["completion"] += " <answer>1</answer>"
    else:
        record["completion_tokens"] = 1


def timed(path: Path, named: set[str]) -> dict[str, Any]:
    """Reverify, and compare what is found with what was changed."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = reverify(path)
    where = {one.where for one in found.findings} - {SAMPLES}
    return {
        "records": found.records, "same": found.same, "unverified": len(found.unverified),
        "tampered": len(named), "detected": len(named & where), "false_alarms": len(where - named),
        "seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu,
    }  # fmt: skip


def main() -> None:
    """Make the run, the bundles, verify them, write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--tampered", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        each = given.records // len(TASKS)
        specs = [TaskSpec(name, {"size": each, "difficulty": 3}) for name in TASKS]
        run = evaluate(load_model("random"), specs, 1, out=out, run_id="r", progress=False)
        bundle = write_bundle(run.folder, out)
        chosen = set(random.Random(0).sample(range(each * len(TASKS)), given.tampered))
        result: dict[str, Any] = {"bundle_bytes": bundle.stat().st_size}
        result["intact"] = timed(bundle, set())
        for name, fit in (("tampered", False), ("flipped_with_hashes_that_fit", True)):
            path = out / f"{name}.zip"
            result[name] = timed(path, rewritten(bundle, path, chosen, fit))
    result["machine"] = {"machine": platform.machine(), "cores": os.cpu_count(),
                         "load_average": os.getloadavg()[0]}  # fmt: skip
    print(json.dumps(result, indent=1))
    OUT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
