"""Inside a confined child: unpack the program, run it as `__main__`, end like an interpreter."""

import os
import socket
import struct
import sys
import types
from collections.abc import Callable

CHANNEL = 3
LARGEST_FRAME = 64 * 2**20
NONCE = 16
NAME = "main.py"
PRELUDES_KEPT = 16
_ROUNDS = 20
"""Calls after which the interpreter has specialized a function for certain."""
_HEAD = struct.Struct("<II")


def pack(source: bytes, files: dict[str, bytes]) -> bytes:
    """Encode a program: the length of the source and the number of files, the source, the files.

    Each file is the lengths of its name and its content, then both.
    """
    parts = [_HEAD.pack(len(source), len(files)), source]
    for name, content in files.items():
        encoded = name.encode("utf-8", "surrogateescape")
        parts += (_HEAD.pack(len(encoded), len(content)), encoded, content)
    return b"".join(parts)


def unpack(descriptor: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Decode a packed program and close the descriptor; returns the source and the files."""
    size = os.lseek(descriptor, 0, os.SEEK_END)  # fstat would make an object of many parts
    payload = os.pread(descriptor, size, 0)
    os.close(descriptor)
    length, count = _HEAD.unpack_from(payload)
    at = _HEAD.size + length
    source, files = payload[_HEAD.size : at], []
    for _ in range(count):
        named, length = _HEAD.unpack_from(payload, at)
        at += _HEAD.size
        name = payload[at : at + named].decode("utf-8", "surrogateescape")
        files.append((name, payload[at + named : at + named + length]))
        at += named + length
    return source, files


def lay_files(work: str, files: list[tuple[str, bytes]]) -> None:
    """Write the files into the working folder."""
    for name, content in files:
        path = os.path.join(work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def compile_source(source: bytes) -> types.CodeType:
    """Compile as the interpreter compiles a file. SyntaxError, ValueError: the program's fault."""
    return compile(source.decode("utf-8", "surrogatepass"), NAME, "exec", dont_inherit=True)


def main_module() -> types.ModuleType:
    """An empty `__main__` for a program to run in."""
    module = types.ModuleType("__main__")
    module.__dict__.update({"__builtins__": __builtins__, "__file__": NAME})
    return module


def run_prelude(source: bytes) -> types.ModuleType:
    """Run a prelude; returns its `__main__`. Raises whatever the prelude raises."""
    module = main_module()
    exec(compile_source(source), module.__dict__)
    return module


def run_main(source: bytes, module: types.ModuleType, serve: Callable[..., None] | None) -> int:
    """Run a program as `__main__`; returns its exit code."""
    status = 0
    try:
        _run(source, module, serve)
    except SystemExit as leaving:
        status = _exit_status(leaving)
    except BaseException:
        status = _report(source)
    return _finish(status)


def _run(source: bytes, module: types.ModuleType, serve: Callable[..., None] | None) -> None:
    """Run the source; without one, the `main` that the prelude defines, if it does."""
    sys.modules["__main__"] = module
    space = module.__dict__
    if not source and "main" in space:
        space["main"](getattr(serve, "exchange", None))
        return
    if serve is not None:
        space["serve"] = serve
        space["exchange"] = getattr(serve, "exchange", None)
    if source:
        space["__loader__"] = _Source(source)
    exec(compile_source(source), space)


class _Source:
    """Where `inspect` and `traceback` find the text of a program that is in no file."""

    def __init__(self, source: bytes) -> None:
        self._source = source

    def get_source(self, name: str) -> str:
        return self._source.decode("utf-8", "replace")


def _exit_status(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code & 0xFF
    try:
        print(leaving.code, file=sys.stderr)
    except BaseException:
        return 1
    return 1


def _report(source: bytes) -> int:
    """Print the traceback as the interpreter would, without our own frames."""
    import linecache

    kind, problem, trace = sys.exc_info()
    try:
        if len(source) < 2**20:
            text = source.decode("utf-8", "replace")
            linecache.cache[NAME] = (len(text), None, text.splitlines(keepends=True), NAME)
        while trace is not None and trace.tb_frame.f_code.co_filename != NAME:
            trace = trace.tb_next
        assert kind is not None
        assert problem is not None
        sys.excepthook(kind, problem.with_traceback(trace), trace)
    except BaseException:
        os.write(2, f"{getattr(kind, '__name__', 'error')}\n".encode("utf-8", "replace"))
    return 1


def _finish(status: int) -> int:
    """End as an interpreter does: wait for threads, run exit functions, flush the streams."""
    import atexit
    import threading

    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException:
        status = status or 1
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            status = status or 120
    return status


def rehearse() -> None:
    """Run what a child will run, so that the interpreter has specialized it before the fork."""
    payload = os.memfd_create("rehearsal")
    os.write(payload, pack(b"def f(x):\n    return [x]\nf(1)\n", {}))
    ours, theirs = socket.socketpair()
    module, main = main_module(), sys.modules.get("__main__")
    module.__dict__["main"] = lambda exchange: exchange(exchange(None))
    for _ in range(_ROUNDS):
        source, _ = unpack(os.dup(payload))
        exec(compile_source(source), main_module().__dict__)
        for question in (b"", b"question"):
            ours.sendall(struct.pack("<I", len(question)) + bytes(NONCE) + question)
        _run(b"", module, Serve(theirs.fileno()))
    os.close(payload)
    ours.close()
    theirs.close()
    if main is not None:
        sys.modules["__main__"] = main


class Serve:
    """The program's end of a channel: the `serve` and `exchange` in its globals."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._used = False
        self._nonce = b""

    def __call__(self, answer: Callable[[bytes], bytes]) -> None:
        """Answer questions until the channel closes. May be called once."""
        if self._used:
            raise RuntimeError("serve() was already called")
        self._used = True
        reply: bytes | None = None
        while (question := self._next(reply)) is not None:
            reply = answer(question)

    def exchange(self, reply: bytes | None) -> bytes:
        """Answer the open question (None: there is none yet) and wait for the next one.

        For programs that must ask back in the middle of an answer. Raises SystemExit at the end.
        """
        question = self._next(reply)
        if question is None:
            raise SystemExit(0)
        return question

    def _next(self, reply: bytes | None) -> bytes | None:
        if reply is not None:
            if not isinstance(reply, (bytes, bytearray)):
                raise TypeError(f"answer() gave {type(reply).__name__}, not bytes")
            if len(reply) > LARGEST_FRAME:
                raise ValueError(f"a reply of {len(reply)} bytes; at most {LARGEST_FRAME}")
            self._write(struct.pack("<I", len(reply)) + self._nonce + bytes(reply))
        head = self._read(4 + NONCE)
        if head is None:
            return None
        (length,) = struct.unpack("<I", head[:4])
        self._nonce = head[4:]
        return self._read(length) if length else b""

    def _read(self, length: int) -> bytes | None:
        parts: list[bytes] = []
        while length:
            part = os.read(self._descriptor, min(length, 1 << 20))
            if not part:
                return None
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _write(self, frame: bytes) -> None:
        view = memoryview(frame)
        while view:
            view = view[os.write(self._descriptor, view) :]
