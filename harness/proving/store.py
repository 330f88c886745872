"""What a proof has found so far: one line per problem, so that nothing is lost when it stops."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...tasks import Problem
from ..records import decode_object, encode
from .checks import ProofRow

FORMAT = 2
"""Raised when the checks change, so that older rows are made again."""


class RowStore:
    """Appends the rows of finished problems to a file, and gives those of an earlier run back."""

    def __init__(self, path: Path | None, settings: Mapping[str, object]) -> None:
        """Without a path nothing is kept."""
        self._path = path
        self._settings = json.dumps([FORMAT, dict(settings)], sort_keys=True, default=str)
        self._known: dict[str, list[ProofRow]] = {}
        if path is not None and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        for line in path.read_bytes().split(b"\n"):
            record = decode_object(line) if line else None
            if record is None:
                continue  # the torn last line of a run that was killed
            try:
                self._known[str(record["key"])] = [ProofRow.of(one) for one in record["rows"]]
            except (KeyError, TypeError, ValueError, AttributeError):
                continue  # a line of another format: its problem is looked at again

    def known(self, problem: Problem) -> list[ProofRow] | None:
        """The rows of this very problem under these settings, from an earlier run."""
        return self._known.get(self._key(problem))

    def keep(self, problem: Problem, rows: Sequence[ProofRow]) -> None:
        """Append the rows of a problem in one write."""
        if self._path is None:
            return
        record = {"key": self._key(problem), "rows": [row.as_json() for row in rows]}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # The line break comes first too, so that a torn line spoils only itself.
            file.write((b"\n" if file.tell() else b"") + encode(record) + b"\n")

    def _key(self, problem: Problem) -> str:
        digest = hashlib.sha256(self._settings.encode())
        for text in (problem.id, problem.prompt, problem.answer, repr(dict(problem.meta))):
            digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:32]
