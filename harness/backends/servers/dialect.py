"""What this server refused, learned once and kept for all later requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .refusals import Refusal

SystemPlace = Literal["system", "developer", "user"]
ESSENTIAL = frozenset({"model", "messages", "prompt", "input", "max_tokens"})
"""Parameters that are renamed where the server asks for it, but never left out."""
SAME = (frozenset({"max_tokens", "max_completion_tokens", "max_output_tokens"}),)
"""Names of one thing: a server takes one of each group."""


@dataclass(slots=True)
class Dialect:
    """How requests differ from the usual form."""

    renamed: dict[str, str] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    system: SystemPlace = "system"
    stream: bool = False
    tools: bool = True
    """Whether tools are sent as such; else they are described in the text."""

    def apply(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with its fields renamed and left out; the user's own fields come later."""
        return {
            self.renamed.get(key, key): value
            for key, value in body.items()
            if key not in self.dropped
        }

    def learn(
        self, refusal: Refusal, body: Mapping[str, Any], own: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        """Change what the server refused: (what was changed, how); None where nothing can be.

        `body` is what was sent, `own` the fields that the user gave, which are never changed.
        """
        streaming = refusal.about_streaming()
        if streaming is not None and streaming != bool(body.get("stream")):
            self.stream = streaming
            return "stream", f"answers are {'' if streaming else 'not '}streamed"
        if refusal.about_system_role() and self.system != "user" and _has_system(body):
            self.system = "system" if self.system == "developer" else "user"
            place = "in front of the question" if self.system == "user" else "with the role system"
            return "system prompt", f"the system prompt is sent {place}"
        name = refusal.parameter(set(body) - {"model", "messages", "prompt", "input"} - set(own))
        if name is None:
            return None
        ours = next((key for key, value in self.renamed.items() if value == name), name)
        instead = refusal.instead_of(name)
        if instead is not None and instead != name and instead not in body:
            self.renamed[ours] = instead
            return name, f"{name} is sent as {instead}"
        if ours in ESSENTIAL:
            return None
        self.dropped.add(ours)
        return name, f"{name} is left out"

    def learn_tools(
        self, refusal: Refusal, body: Mapping[str, Any], own: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        """Send tools as text where the server refuses them: (what was changed, how)."""
        if "tools" not in body or "tools" in own or not refusal.about_tools():
            return None
        self.tools = False
        return "tools", "tools are described in the text"


def _has_system(body: Mapping[str, Any]) -> bool:
    messages = body.get("messages") or body.get("input") or []
    return any(
        isinstance(one, dict) and one.get("role") in ("system", "developer") for one in messages
    )
