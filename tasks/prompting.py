"""The line of a prompt that says how to give the answer, the same for all generated suites."""

ANSWER_LINE = "Give the final answer as <answer>...</answer>."


def ask(question: str, form: str | None = None) -> str:
    """Return the prompt of a question; `form` describes the answer in a few words."""
    line = ANSWER_LINE if form is None else f"Give {form} as <answer>...</answer>."
    return f"{question}\n{line}"


def reply(answer: str, steps: list[str] | None = None) -> str:
    """Return a completion in the requested form: the steps as thinking, then the answer."""
    thinking = "<think>\n" + "\n".join(steps) + "\n</think>\n" if steps else ""
    return f"{thinking}<answer>{answer}</answer>"
