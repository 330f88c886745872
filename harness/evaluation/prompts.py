"""How a problem becomes the messages that are sent: system prompt, examples, template, prefill."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ...tasks import Problem, Suite
from ...tasks.sources import read_jsonl
from ..backends.contract import Message
from .selection import PART_KEYS

MOST_SHOTS = 100
LOOKED_AT = 50
"""Prompts whose common last lines are taken for the answer instruction."""
FEWEST_WORDS = 4
"""Words of a line that may be an instruction."""
POOL = 400
"""Problems that examples are drawn from: all of a small split, else a part of it."""


class PromptSettings(BaseModel):
    """What is sent besides the problem itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str | None = Field(default=None, description="System prompt, or @FILE.")
    fewshot: int = Field(
        default=0, ge=0, le=MOST_SHOTS, description="Solved examples before the problem."
    )
    fewshot_split: str = Field(default="train", description="Split that examples come from.")
    fewshot_file: Path | None = Field(
        default=None, description="JSON Lines of prompt and completion; takes the first ones."
    )
    fewshot_seed: int = Field(
        default=0, ge=-(2**63) + 1, le=2**63 - 1, description="Seed of the choice of examples."
    )
    fewshot_each: bool = Field(default=False, description="Draw other examples for each problem.")
    fewshot_as: Literal["turns", "text"] = Field(
        default="turns", description="turns of the chat, or text in one message."
    )
    template: str | None = Field(
        default=None, description="Jinja template of the user message, or @FILE."
    )
    answer_instruction: bool = Field(
        default=True, description="Keep the lines that say how to give the answer."
    )
    prefill: str = Field(default="", description="Beginning of the answer, for it to continue.")

    def content(self) -> dict[str, Any]:
        """What differs from the default, with the text of files, for the manifest."""
        shown = self.model_dump(mode="json", exclude_defaults=True)
        for name in ("system", "template"):
            if name in shown:
                shown[name] = text_of(getattr(self, name), f"--{name}")
        return shown


@dataclass(frozen=True, slots=True)
class Shot:
    """A solved example."""

    prompt: str
    completion: str
    problem_id: str | None = None


Shots = Callable[[Problem], Sequence[Shot]]


def _none(problem: Problem) -> Sequence[Shot]:
    return ()


@dataclass(frozen=True, slots=True)
class PromptStyle:
    """Makes the messages of a problem."""

    system: str | None = None
    shots: Shots = _none
    as_text: bool = False
    wording: Callable[[Problem, str], str] | None = None
    """The user message of a problem and its prompt; None: the prompt as it is."""
    instruction: str = ""
    """The last lines of every prompt, which are left out."""
    prefill: str = ""

    def messages(self, problem: Problem) -> tuple[Message, ...]:
        """The conversation that asks for an answer to `problem`."""
        asked = self._worded(problem, problem.prompt)
        shots = [(self._worded(problem, one.prompt), one.completion) for one in self.shots(problem)]
        system = [] if self.system is None else [Message("system", self.system)]
        if self.as_text:
            told = [f"{prompt}\n{completion}" for prompt, completion in shots]
            return (*system, Message("user", "\n\n".join([*told, asked])))
        turns = [
            message
            for prompt, completion in shots
            for message in (Message("user", prompt), Message("assistant", completion))
        ]
        return (*system, *turns, Message("user", asked))

    def _worded(self, problem: Problem, prompt: str) -> str:
        kept = prompt
        if self.instruction and prompt.endswith(self.instruction):
            kept = prompt.removesuffix(self.instruction).rstrip()
        return kept if self.wording is None else self.wording(problem, kept)


def style_of(
    settings: PromptSettings, suite: Suite, other_split: Callable[[str], Suite]
) -> PromptStyle:
    """The style that `settings` ask for; `other_split` loads another split of the suite.

    Raises UsageError for a file that cannot be read, a template that does not parse, examples
    that are not there, and a suite without an answer instruction to leave out.
    """
    system = None if settings.system is None else text_of(settings.system, "--system")
    return PromptStyle(
        system=system,
        shots=_shots(settings, suite, other_split) if settings.fewshot else _none,
        as_text=settings.fewshot_as == "text",
        wording=None if settings.template is None else _template(settings.template),
        instruction="" if settings.answer_instruction else _instruction(suite),
        prefill=settings.prefill,
    )


def text_of(value: str, flag: str) -> str:
    """The text itself, or that of the file after an @. Raises UsageError."""
    if not value.startswith("@"):
        return value
    path = Path(value[1:]).expanduser()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{flag} {value}: the file cannot be read: {error}") from error


def _shots(settings: PromptSettings, suite: Suite, other_split: Callable[[str], Suite]) -> Shots:
    """The examples of each problem. Raises UsageError when there are too few."""
    count = settings.fewshot
    if settings.fewshot_file is not None:
        pool = list(_from_file(settings.fewshot_file))
    else:
        pool = list(_from_split(other_split(settings.fewshot_split), settings))
    if len(pool) <= count and not (settings.fewshot_file and len(pool) == count):
        raise UsageError(
            f"--fewshot {count}: only {len(pool)} solved examples of {suite.name} are there"
        )

    def shots(problem: Problem) -> Sequence[Shot]:
        order = pool
        if settings.fewshot_each:
            rng = random.Random(f"{settings.fewshot_seed}/{suite.name}/{problem.id}")
            order = rng.sample(pool, len(pool))
        others = (one for one in order if one.prompt != problem.prompt)
        return [shot for _, shot in zip(range(count), others, strict=False)]

    return shots


def _from_file(path: Path) -> Iterator[Shot]:
    if not path.is_file():
        raise UsageError(f"--fewshot-file {str(path)!r}: there is no such file")
    for row in read_jsonl(path, ("prompt", "completion")):
        yield Shot(str(row["prompt"]), str(row["completion"]))


def _from_split(suite: Suite, settings: PromptSettings) -> Iterator[Shot]:
    """Solved problems of a split in random order; more than are needed, so that none is its own."""
    rng = random.Random(f"{settings.fewshot_seed}/{suite.name}/{suite.split}")
    wanted = POOL if settings.fewshot_each else settings.fewshot + 1
    found = 0
    for place in rng.sample(range(len(suite)), min(len(suite), 10 * POOL)):
        problem = suite[place]
        gold = suite.gold(problem)
        if gold is not None:
            yield Shot(problem.prompt, gold, problem.id)
            found += 1
        if found == wanted:
            return


def _instruction(suite: Suite) -> str:
    """The lines that all prompts of a suite end with. Raises UsageError when there are none."""
    prompts = [suite[place].prompt for place in range(min(len(suite), LOOKED_AT))]
    split = [prompt.split("\n") for prompt in prompts]
    shared = 0
    while all(len(lines) > shared + 1 for lines in split) and (
        len({lines[-1 - shared] for lines in split}) == 1
    ):
        shared += 1
    # A line of code or a lone bracket that all prompts happen to end with is no instruction.
    while shared and len(split[0][-shared].split()) < FEWEST_WORDS:
        shared -= 1
    if shared and len(split[0][-1].split()) < FEWEST_WORDS:
        shared = 0
    if len(prompts) < 2 or shared == 0:
        raise UsageError(
            f"task {suite.name!r}: its prompts do not share their last lines, so there is no "
            "answer instruction to leave out"
        )
    return "\n".join(split[0][-shared:])


def _template(given: str) -> Callable[[Problem, str], str]:
    """The template as a function. Raises UsageError for one that does not parse or render."""
    jinja = require("jinja2", "templates")
    sandbox: Any = require("jinja2.sandbox", "templates")
    text = text_of(given, "--template")
    environment = sandbox.SandboxedEnvironment(
        undefined=jinja.StrictUndefined, keep_trailing_newline=False
    )
    try:
        parsed = environment.from_string(text)
    except jinja.TemplateError as error:
        raise UsageError(f"--template: line {getattr(error, 'lineno', 1)}: {error}") from error

    def worded(problem: Problem, prompt: str) -> str:
        try:
            made: str = parsed.render(
                prompt=prompt, id=problem.id, suite=problem.suite, meta=_parts(problem.meta)
            )
        except Exception as error:  # whatever a template's expression raises is the user's
            raise UsageError(
                f"--template does not render for {problem.id}: {error}; it may use prompt, id, "
                "suite and meta"
            ) from error
        if prompt not in made:
            raise UsageError("--template leaves the problem out: write {{ prompt }} into it")
        return made

    return worded


def _parts(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The meta data that a prompt may show: the part of the suite, nothing of the solution."""
    return {key: meta[key] for key in PART_KEYS if key in meta}
