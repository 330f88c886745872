"""`assay view`: serve the results folder on a loopback port and open it in a browser."""

import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ...sandbox.errors import UsageError


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Log nothing."""


def make_server(out: Path, port: int) -> ThreadingHTTPServer:
    """A server of `out` on 127.0.0.1. Raises UsageError when the page or a free port is missing."""
    if not (out / "index.html").is_file():
        raise UsageError(f"there is no {out / 'index.html'}: run assay leaderboard first")
    handler = partial(_Quiet, directory=str(out))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        raise UsageError(f"--port {port} cannot be used: {error}") from error


def serve_folder(out: Path, port: int, browser: bool) -> None:
    """Serve until Ctrl-C."""
    with make_server(out, port) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"{address}  (Ctrl-C ends)")
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
