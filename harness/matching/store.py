"""The grades of a match, one line each, so that a stopped match resumes where it was."""

import hashlib
from pathlib import Path

from ..records import decode_object, encode
from .graders import Grader
from .grading import Grade


class GradeStore:
    """Appends grades to a file, and gives those of an earlier run back."""

    def __init__(self, path: Path) -> None:
        """Read what is there; the torn last line of a killed run is left out."""
        self._path = path
        self._known: dict[tuple[str, str], Grade] = {}
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            return
        for line in path.read_bytes().split(b"\n"):
            record = decode_object(line) if line else None
            if record is None:
                continue
            try:
                self._known[record["grader"], record["case"]] = Grade.of(record["grade"])
            except (KeyError, TypeError):
                continue  # a line of another format: the case is asked again

    def known(self, grader: str, case: str) -> Grade | None:
        """The grade of a case by a grader, from an earlier run."""
        return self._known.get((grader, case))

    def keep(self, grader: str, case: str, grade: Grade) -> None:
        """Append one grade in one write."""
        self._known[grader, case] = grade
        record = {"grader": grader, "case": case, "grade": grade.as_json()}
        with self._path.open("ab") as file:
            # The line break comes first too, so that a torn line spoils only itself.
            file.write((b"\n" if file.tell() else b"") + encode(record) + b"\n")


def identity(name: str, grader: Grader) -> str:
    """A grader's name with the hash of what it runs: another version is another grader."""
    text = grader.model_dump_json(exclude={"about", "seconds"})
    return f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"
