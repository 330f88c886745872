"""`assay show`: exactly what a model is sent, and the gold."""

from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field

from ..backends.contract import Request
from ..evaluation import Extent, PromptSettings, plan_task
from ..records import encode
from .options import Config, Json, SuiteOptions


class Shown(BaseModel):
    """How many problems are shown."""

    model_config = ConfigDict(frozen=True)

    n: int = Field(default=1, ge=1, le=10_000, description="Problems to show.")


def show(
    task: Annotated[str, typer.Argument(help="A task, or several, comma-separated.")],
    shown: Shown,
    suites: SuiteOptions,
    prompts: PromptSettings,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Print exactly what a model is sent for the first problems of a task, and the golds."""
    for spec in suites.specs(task):
        plan = plan_task(spec, extent=Extent(first=shown.n), prompts=prompts)
        for problem in plan.problems:
            request = plan.request(problem, 0, 0)
            typer.echo(_as_json(request) if as_json else _as_text(request))


def _as_json(request: Request) -> str:
    problem = request.problem
    line = {
        "suite": request.suite.name,
        "problem_id": problem.id,
        "messages": [{"role": one.role, "content": one.content} for one in request.conversation()],
        "prefix": request.prefix,
        **({"tools": [one.schema() for one in request.tools]} if request.tools else {}),
        "answer": problem.answer,
        "gold": request.suite.gold(problem),
    }
    return encode(line).decode()


def _as_text(request: Request) -> str:
    problem = request.problem
    parts = [f"== {request.suite.name}  {problem.id}"]
    for message in request.conversation():
        parts += [f"-- {message.role}", message.content]
    for tool in request.tools:
        parts += [f"-- tool {tool.name}", encode(tool.schema()["function"]).decode()]
    if request.prefix:
        parts += ["-- assistant, to be continued", request.prefix]
    parts += ["-- answer", problem.answer]
    gold = request.suite.gold(problem)
    if gold is not None and gold != problem.answer:
        parts += ["-- a completion that is correct", gold]
    return "\n".join(parts).encode("utf-8", "replace").decode()
