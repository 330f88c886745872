"""Run by the Python of one grader's environment: grades lines of JSON. Only the standard library.

    python grader_worker.py GLUE.py        {"gold": ..., "completion": ...} -> {"score": ...}

The glue defines `grade(gold, completion)`, which gives a number, a truth value or None. What a
grader prints goes to stderr; answers go to the first stdout, which only this file holds.
"""

import json
import os
import sys
import time
from typing import Any, TextIO


def main() -> None:
    """Answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    questions = sys.stdin
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (kept to the end)
    space: dict[str, Any] = {"__name__": "glue"}
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            exec(compile(file.read(), sys.argv[1], "exec"), space)
        grade = space["grade"]
    except BaseException as error:
        _tell(answers, {"broken": f"{type(error).__name__}: {error}"[:400]})
        return
    _tell(answers, {"ready": True})
    for line in questions:
        asked, began = json.loads(line), time.perf_counter()
        try:
            score = grade(asked["gold"], asked["completion"])
            reply: dict[str, Any] = {"score": None if score is None else float(score)}
        except BaseException as error:  # whatever a grader raises is its answer
            reply = {"raised": f"{type(error).__name__}: {error}"[:200]}
        reply["seconds"] = time.perf_counter() - began
        _tell(answers, reply)


def _tell(answers: TextIO, reply: dict[str, Any]) -> None:
    answers.write(json.dumps(reply) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
