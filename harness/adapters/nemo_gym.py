"""A resources server for NeMo-Gym with its own `/verify`. Contract of nemo-gym 0.5.

    if __name__ == "__main__":
        AssayResourcesServer.run_webserver()

A row names our problem by `task` and `problem_id`, or holds an `expected_answer`, beside the
`responses_create_params` that NeMo-Gym sends to the model.
"""

from typing import Any

from .frameworks import framework_module
from .row_reward import RowReward

_base = framework_module("nemo-gym", "nemo_gym.base_resources_server")
_REWARD = RowReward()


class AssayVerifyRequest(_base.BaseVerifyRequest):  # type: ignore[misc, name-defined]
    """A response of the model, and what is correct for it."""

    task: str | None = None
    problem_id: str | None = None
    expected_answer: Any = None
    data_source: str | None = None


class AssayVerifyResponse(_base.BaseVerifyResponse):  # type: ignore[misc, name-defined]
    """The reward, with the verdict's status, extracted answer and reason."""

    status: str
    extracted_answer: str | None
    reason: str


class AssayResourcesServer(_base.SimpleResourcesServer):  # type: ignore[misc, name-defined]
    """Verifies responses by the verdict."""

    config: _base.BaseResourcesServerConfig  # type: ignore[name-defined]

    async def verify(self, body: AssayVerifyRequest) -> AssayVerifyResponse:
        """The reward of the last message; a response that ends in a tool call has none."""
        row = {
            "task": body.task,
            "problem_id": body.problem_id,
            "data_source": body.data_source,
            "expected_answer": body.expected_answer,
        }
        scored = await _REWARD.score_async(last_message(body.response.output), row)
        return AssayVerifyResponse(
            **body.model_dump(),
            reward=scored.reward,
            status=scored.verdict.status,
            extracted_answer=scored.verdict.extracted,
            reason=scored.verdict.reason,
        )


def last_message(output: Any) -> list[Any]:
    """The message that a response ends in; empty when it ends in a call or a call's output."""
    items = [item for item in output if getattr(item, "type", None) != "reasoning"]
    return items[-1:] if items and getattr(items[-1], "type", "message") == "message" else []
