"""The one line that tells a model how to give its answer, the same for every generated suite."""

ANSWER_LINE = "Give the final answer as <answer>...</answer>."


def ask(question: str, form: str | None = None) -> str:
    """The prompt of a question; `form` says in a few words what the answer looks like."""
    line = ANSWER_LINE if form is None else f"Give {form} as <answer>...</answer>."
    return f"{question}\n{line}"


def reply(answer: str, steps: list[str] | None = None) -> str:
    """A completion in the asked form: the steps as thinking, then the answer."""
    thinking = "<think>\n" + "\n".join(steps) + "\n</think>\n" if steps else ""
    return f"{thinking}<answer>{answer}</answer>"
