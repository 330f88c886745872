"""Episodes as TRL's environments: tools with schemas, rewards from the state, a real trainer."""

import json
from pathlib import Path
from typing import Any

import pytest
from assay.harness.adapters.trl_environment import trl_environment, trl_episodes
from assay.sandbox.errors import UsageError

pytest.importorskip("trl")


def test_an_environment_plays_an_episode_and_owns_its_reward() -> None:
    from transformers.utils import get_json_schema

    make = trl_environment("hanoi", difficulty=1, size=3)
    rows = trl_episodes("hanoi", difficulty=1, size=3)
    environment = make()
    schema = get_json_schema(type(environment).move)["function"]
    assert schema["name"] == "move"
    assert schema["parameters"]["required"] == ["source", "target"]
    assert schema["parameters"]["properties"]["source"]["type"] == "integer"
    suite = environment._suite
    for row in rows:
        assert environment.reset(**row) is None
        assert environment.get_reward() == 0.0
        environment.reset(**row)
        for _, arguments in suite.solve(suite.find(row["problem_id"])):
            assert "peg" in environment.move(**arguments)
        assert environment.get_reward() == 1.0
        assert environment.move(source=1, target=2).startswith("The episode is over")
        assert environment.get_reward() == 1.0


def test_every_tool_of_every_suite_has_a_schema() -> None:
    from assay.tasks import names
    from transformers.utils import get_json_schema

    for name in names("episodes"):
        environment = trl_environment(name)()
        for tool in environment._suite.start(environment._suite[0]).tools:
            schema = get_json_schema(getattr(environment, tool.name))["function"]
            assert set(schema["parameters"]["properties"]) == set(tool.parameters["properties"])
            assert schema["description"] == tool.description


def test_any_task_of_one_answer_can_have_an_interpreter() -> None:
    environment = trl_environment("arithmetic", tools="python", difficulty=1, size=2)()
    suite = environment._suite
    environment.reset(problem_id=suite[0].id)
    environment.submit(answer=suite.base.gold(suite[0]))
    assert environment.get_reward() == 1.0
    with pytest.raises(UsageError, match="single answers"):
        trl_environment("arithmetic")
    with pytest.raises(UsageError, match="reset"):
        trl_environment("hanoi")().get_reward()


@pytest.mark.timeout(300)
def test_a_real_trainer_plays_its_episodes(tmp_path: Path, monkeypatch: Any) -> None:
    import trl
    from trl.chat_template_utils import qwen3_chat_template

    from .tiny import tiny_model, tiny_tokenizer

    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = qwen3_chat_template
    rewards: list[list[float]] = []

    class Scripted(trl.GRPOTrainer):  # type: ignore[misc, name-defined]
        """Plays half of the episodes best, since a random model never wins."""

        def _calculate_rewards(self, inputs: Any, *rest: Any) -> Any:
            for row, environment in enumerate(self.environments):
                if row % 2 == 0:
                    suite = environment._suite
                    for name, arguments in suite.solve(environment._session.problem):
                        getattr(environment, name)(**arguments)
            found = super()._calculate_rewards(inputs, *rest)
            rewards.append(found[:, 0].tolist())
            return found

    trainer = Scripted(
        model=tiny_model(tokenizer),
        args=trl.GRPOConfig(
            output_dir=str(tmp_path), max_steps=1, per_device_train_batch_size=4,
            num_generations=2, max_completion_length=4, report_to="none", use_cpu=True,
            save_strategy="no", bf16=False, disable_tqdm=True,
        ),
        train_dataset=trl_episodes("hanoi", difficulty=1, size=4),
        processing_class=tokenizer,
        environment_factory=trl_environment("hanoi", difficulty=1, size=4),
    )  # fmt: skip
    trainer.train()
    assert rewards == [[1.0, 0.0, 1.0, 0.0]]
    assert json.dumps(trainer.state.log_history)
