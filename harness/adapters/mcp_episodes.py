"""An MCP server of the tools of one episode. Contract of mcp 2.0, the official package.

    python -m assay.harness.adapters.mcp_episodes hanoi hanoi-test-d1-s0-0 --record play.json

An agent that speaks MCP over stdio connects to it and plays; the prompt is in the server's
`instructions`. After each call the record of the episode is written, and
`suite.verify(problem, record)` is the verdict: it plays the recorded calls again, so that neither
what the agent says nor an edited record changes it.
"""

import argparse
import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .episode_session import EpisodeSession, load_episodes
from .frameworks import framework_module

_lowlevel = framework_module("mcp", "mcp.server.lowlevel")
_types = framework_module("mcp", "mcp.types")


def tool_server(
    session: EpisodeSession, played: Callable[[str], None] = lambda record: None
) -> Any:
    """An MCP server whose tools are those of a session.

    `played` is given the record after each call. An illegal call is a result with `isError`. A
    failure of ours raises, which MCP reports as an error of the server.
    """

    async def list_tools(context: Any, params: Any) -> Any:
        listed = [
            _types.Tool(
                name=one.name, description=one.description, input_schema=dict(one.parameters)
            )
            for one in session.episode.tools
        ]
        return _types.ListToolsResult(tools=listed)

    async def call_tool(context: Any, params: Any) -> Any:
        seen = await asyncio.to_thread(session.call, params.name, params.arguments or {})
        played(session.episode.record())
        content = [_types.TextContent(type="text", text=seen.text)]
        return _types.CallToolResult(content=content, is_error=not seen.legal)

    return _lowlevel.Server(
        f"assay-{session.problem.suite}", instructions=session.problem.prompt,
        on_list_tools=list_tools, on_call_tool=call_tool,
    )  # fmt: skip


def written(path: Path) -> Callable[[str], None]:
    """What keeps a record in a file, which is never half written."""

    def write(record: str) -> None:
        part = path.with_name(f"{path.name}.part")
        part.write_text(record, "utf-8")
        os.replace(part, path)

    return write


async def serve(session: EpisodeSession, record: Path) -> None:
    """Serve one connection over stdio, to its end."""
    stdio = framework_module("mcp", "mcp.server.stdio")
    server = tool_server(session, written(record))
    try:
        async with stdio.stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    finally:
        session.close()


def main() -> None:
    """The command above."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("task", help="a task played in turns, or any other with +python")
    parser.add_argument("problem_id")
    parser.add_argument("--record", type=Path, required=True, help="where the record is written")
    given = parser.parse_args()
    session = EpisodeSession(load_episodes(given.task), given.problem_id)
    asyncio.run(serve(session, given.record))


if __name__ == "__main__":
    main()
