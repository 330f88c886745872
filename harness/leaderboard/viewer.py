"""`assay view`: serve one leaderboard, or several, on a loopback port and open it in a browser."""

import contextlib
import html
import json
import webbrowser
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from ...sandbox.errors import UsageError

LIST = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>assay leaderboards</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 44rem;
padding: 0 1rem; }} ul {{ list-style: none; padding: 0; }} p {{ margin: .1rem 0; }}
li {{ border: 1px solid #8884; border-radius: 8px; padding: .7rem 1rem; margin: .6rem 0; }}
a {{ font-weight: 600; color: light-dark(#0a58a8, #72b7ff); }}
.note {{ color: light-dark(#545e69, #a3afbc); font-size: .88rem; }}</style>
<main><h1>Leaderboards</h1><ul>{items}</ul></main></html>
"""


class _OneBoard(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Log nothing."""


class _SeveralBoards(_OneBoard):
    """Each board under its own name, and a list of them at the root."""

    def __init__(self, *args: Any, boards: dict[str, Path], **options: Any) -> None:
        self.boards = boards
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/":
            return super().do_GET()
        items = "".join(_item(name, folder) for name, folder in self.boards.items())
        body = LIST.format(items=items).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def translate_path(self, path: str) -> str:
        name, _, rest = path.lstrip("/").partition("/")
        folder = self.boards.get(unquote(name.partition("?")[0]))
        if folder is None:
            return "/nonexistent"  # answered with 404
        self.directory = str(folder)
        return super().translate_path(f"/{rest}")


def _item(name: str, folder: Path) -> str:
    """A board in the list: its name, and what it says in one sentence, where its data are there."""
    lines = [f'<a href="/{quote(name)}/">{html.escape(name)}</a>']
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        board = json.loads((folder / "leaderboard.json").read_bytes())
        first = board["groups"][0]
        count = f"{len(board['runs'])} runs on {len(board['tasks'])} tasks"
        about = f"{first['label']} · {count} · made {str(board['made'])[:10]}"
        said = html.escape(first["sentence"])
        lines += [f"<p>{said}</p>", f'<p class="note">{html.escape(about)}</p>']
    return f"<li>{''.join(lines)}</li>"


def named(folders: Sequence[Path]) -> dict[str, Path]:
    """The folders by names that differ."""
    found: dict[str, Path] = {}
    for folder in folders:
        name = folder.resolve().name or "results"
        number = 2
        while name in found:
            name, number = f"{folder.resolve().name}-{number}", number + 1
        found[name] = folder
    return found


def make_server(out: Path | Sequence[Path], port: int) -> ThreadingHTTPServer:
    """A server of one folder, or of several under their names, on 127.0.0.1.

    Raises UsageError when a page or a free port is missing.
    """
    folders = [out] if isinstance(out, Path) else list(out)
    for folder in folders:
        if not (folder / "index.html").is_file():
            raise UsageError(f"there is no {folder / 'index.html'}: run assay leaderboard first")
    handler = (
        partial(_OneBoard, directory=str(folders[0]))
        if len(folders) == 1
        else partial(_SeveralBoards, boards=named(folders))
    )
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        raise UsageError(f"--port {port} cannot be used: {error}") from error


def serve_folder(out: Path | Sequence[Path], port: int, browser: bool) -> None:
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
