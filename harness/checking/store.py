"""The store of verdicts: an SQLite file that the processes of a machine, or of a folder, share.

A row is a key of 32 bytes, the verdict as JSON, and a hash over both. A row whose hash differs is
never believed: it is removed and the check made again. A file that is not a sound database is
replaced by an empty one. In WAL mode readers never wait; on a network file system, where that does
not work, SQLite's ordinary journal is used.
"""

import contextlib
import hashlib
import logging
import os
import sqlite3
import threading
import time
from pathlib import Path

import orjson

from ...sandbox.errors import UsageError
from ...tasks import Verdict

_log = logging.getLogger(__name__)
VARIABLE = "ASSAY_CACHE"
FILE = "verdicts.sqlite3"
_FORMAT = 1
_TOGETHER = 512
"""Verdicts that are written in one transaction."""
_LATEST = 2.0
"""Seconds after which a verdict is written even if there are fewer."""
_LOCAL = frozenset({
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs", "ramfs",
    "rootfs", "bcachefs",
})  # fmt: skip
_CREATE = (
    "CREATE TABLE IF NOT EXISTS verdicts (key BLOB PRIMARY KEY, verdict BLOB NOT NULL, "
    "hash BLOB NOT NULL) WITHOUT ROWID"
)


class VerdictStore:
    """Verdicts by key; any thread may call. A child of a fork opens the file for itself."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError when the folder cannot be written or others may write it."""
        self.path = folder / FILE
        self.rejected = 0
        """Rows that were found to be damaged."""
        self._reset()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_open_folder(folder)
            with self._lock:
                self._open()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"verdict store {self.path} cannot be used: {error}; set {VARIABLE} to another "
                "folder or to off"
            ) from error
        os.register_at_fork(after_in_child=self._after_fork)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._unwritten: dict[bytes, bytes] = {}
        self._since = time.monotonic()
        self._off = False

    def _after_fork(self) -> None:
        # SQLite forbids to use, and even to close, a connection of the process that forked.
        _of_the_parent.append(self._connection)
        off = self._off
        self._reset()
        self._off = off

    def _open(self) -> sqlite3.Connection:
        """The connection; a file that is no sound database is replaced. Needs the lock."""
        if self._connection is None:
            try:
                self._connection = _connected(self.path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise  # locked, full or read-only: not damaged
                self._rebuild(error)
        assert self._connection is not None
        return self._connection

    def _rebuild(self, error: sqlite3.Error) -> None:
        """Begin an empty file in place of a damaged one. Needs the lock."""
        _log.warning("verdict store %s is damaged (%s): it is rebuilt", self.path, error)
        self.rejected += 1
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path}{end}").unlink(missing_ok=True)
        self._connection = _connected(self.path)

    def get(self, key: bytes) -> Verdict | None:
        """The stored verdict, or None; never one whose row is damaged."""
        with self._lock:
            if self._off:
                return None
            body = self._unwritten.get(key)
            if body is not None:
                return Verdict.model_validate(orjson.loads(body))
            try:
                row = self._open().execute(
                    "SELECT verdict, hash FROM verdicts WHERE key = ?", (key,)
                ).fetchone()  # fmt: skip
            except sqlite3.Error as error:
                self._failed(error)
                return None
            if row is None:
                return None
            verdict = _verdict(key, *row)
            if verdict is None:
                self._reject(key)
            return verdict

    def _reject(self, key: bytes) -> None:
        self.rejected += 1
        _log.warning("verdict store %s: a damaged row is removed", self.path)
        try:
            self._open().execute("DELETE FROM verdicts WHERE key = ?", (key,))
        except sqlite3.Error as error:
            self._failed(error)

    def put(self, key: bytes, verdict: Verdict) -> None:
        """Keep a verdict; a `checker_error` is never kept."""
        if verdict.score is None:
            return
        try:
            body = orjson.dumps(verdict.model_dump(exclude={"correct"}))
        except TypeError:
            return  # details that are not plain data would not come back as they were
        with self._lock:
            if self._off:
                return
            self._unwritten[key] = body
            due = time.monotonic() - self._since > _LATEST
            if len(self._unwritten) >= _TOGETHER or due:
                self._write()

    def flush(self) -> None:
        """Write what is not written yet."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        """Write in one transaction. Needs the lock."""
        rows, self._unwritten = self._unwritten, {}
        self._since = time.monotonic()
        if not rows or self._off:
            return
        hashed = [(key, body, _hash(key, body)) for key, body in rows.items()]
        try:
            with self._open() as transaction:
                transaction.execute("BEGIN IMMEDIATE")
                transaction.executemany("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", hashed)
        except sqlite3.Error as error:
            self._failed(error)

    def _failed(self, error: sqlite3.Error) -> None:
        """Rebuild a damaged file; otherwise continue without the store. Needs the lock."""
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        )
        if damaged:
            try:
                self._rebuild(error)
                return
            except (OSError, sqlite3.Error) as again:
                error = again if isinstance(again, sqlite3.Error) else error
        if "locked" in str(error):
            return  # another process is writing: these verdicts are not kept
        self._off = True
        _log.warning("verdict store %s: %s; verdicts are no longer kept", self.path, error)

    def close(self) -> None:
        """Write what is left, and close. Idempotent."""
        with self._lock:
            self._write()
            if self._connection is not None:
                self._connection.close()
                self._connection = None


_of_the_parent: list[sqlite3.Connection | None] = []


def open_store() -> VerdictStore | None:
    """The store of this machine: `$ASSAY_CACHE`, else a folder of the user's cache; None if off.

    Raises UsageError for a folder in ASSAY_CACHE that cannot be used; without that variable a
    machine that offers no place for it has no store.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() in ("off", "0", "no"):
        return None
    if named:
        return VerdictStore(Path(named).expanduser())
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        return VerdictStore(Path(base).expanduser() / "assay")
    except (UsageError, RuntimeError) as error:  # RuntimeError: this user has no home
        _log.info("%s", error)
        return None


def _refuse_open_folder(folder: Path) -> None:
    if folder.stat().st_mode & 0o002:
        raise UsageError(
            f"verdict store {folder}: every user may write there, and so decide verdicts: "
            f"chmod o-w {folder}, or set {VARIABLE} to another folder"
        )


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    try:
        local = _file_system(path) in _LOCAL
        connection.execute(f"PRAGMA journal_mode = {'WAL' if local else 'DELETE'}")
        connection.execute("PRAGMA synchronous = NORMAL")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found not in (0, _FORMAT):
            raise sqlite3.DatabaseError(f"format {found} is not {_FORMAT}")
        connection.execute(_CREATE)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(verdicts)")]
        if columns != ["key", "verdict", "hash"]:
            raise sqlite3.DatabaseError(f"its columns are {columns}")
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
    except BaseException:
        connection.close()
        raise
    return connection


def _file_system(path: Path) -> str:
    """The type of the file system that holds a path; "" where the kernel does not tell."""
    best, kind = "", ""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    place = str(path.resolve().parent)
    for line in lines:
        _, mount, found, *_ = line.split(" ")
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, found
    return kind


def _hash(key: bytes, body: bytes) -> bytes:
    return hashlib.sha256(key + body).digest()[:16]


def _verdict(key: bytes, body: object, found: object) -> Verdict | None:
    """The verdict of a row, or None if the row is damaged."""
    if not isinstance(body, bytes) or found != _hash(key, body):
        return None
    try:
        verdict = Verdict.model_validate(orjson.loads(body))
    except ValueError:  # a hash over nonsense
        return None
    return None if verdict.score is None else verdict
