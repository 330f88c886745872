"""The smaller adapters, each with the real package or its own source where it can be imported."""

import asyncio
import inspect
import pickle
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from assay.harness.adapters import areal, slime
from assay.harness.adapters.frameworks import DATASETS, FRAMEWORKS, framework_module
from assay.harness.adapters.row_reward import RowReward, source_of
from assay.sandbox.errors import UsageError
from assay.tasks import Suite, load
from assay.tasks.verdict import checker_error

ROOT = Path(__file__).resolve().parents[3]
TASK = "arithmetic"


def _row() -> tuple[dict[str, Any], str]:
    suite = load(TASK)
    return {"task": TASK, "problem_id": suite[0].id}, suite.gold(suite[0]) or ""


def test_a_row_names_its_problem_its_source_or_its_answer() -> None:
    row, gold = _row()
    reward = pickle.loads(pickle.dumps(RowReward()))
    assert reward.score(gold, row).reward == 1.0
    assert reward.score("no idea", row).reward == 0.0
    for key in ("answer", "ground_truth", "target", "solution", "expected_answer", "label"):
        assert reward.score("\\boxed{4}", {key: "2+2\n#### 4", "question": "2+2"}).reward == 1.0
    verl = {"data_source": "math_dapo", "ground_truth": "4", "extra_info": {"index": 3}}
    assert reward.score("\\boxed{4}", verl).reward == 1.0
    assert source_of(verl)[2]["index"] == 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "NoneType"),
        ({"question": "2+2"}, "NoneType"),
        ({"answer": "4", "target": "5"}, "it has the keys answer, target"),
        ({"id": 7, "answer": ""}, "row 7: .*empty"),
        ({"data_source": "nobody/knows", "answer": "4"}, "no known set"),
    ],
)
def test_a_row_that_says_nothing_is_one_line(row: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        RowReward().score("4", row)
    assert "\n" not in str(refused.value)


def test_a_missing_framework_is_one_line() -> None:
    with pytest.raises(
        UsageError, match=r"this adapter needs slime 0\.3: No module named 'nothing'"
    ):
        framework_module("slime", "nothing.here")


def test_the_pages_name_each_framework_with_its_version() -> None:
    text = "".join(
        (ROOT / "docs" / page).read_text() for page in ("trainers.md", "environments.md")
    )
    rows = re.findall(r"^\| \[?([^|\]]+?)\]?(?:\([^)]*\))?(?:, miles)? \| ([\d.]+) \|", text, re.M)
    told = {re.sub(r"\W", "", name).casefold(): version for name, version in rows}
    known = {re.sub(r"\W", "", one.name): one.series[-1] for one in FRAMEWORKS.values()}
    known["primeverifiers"] = known.pop("verifiers")
    known["tinkercookbook"] = known.pop("tinkercookbook")
    assert told == known
    assert set(DATASETS) <= FRAMEWORKS.keys()


def test_areal_in_a_process_of_its_own() -> None:
    api = pytest.importorskip("areal.api.reward_api", reason="AReaL is not installed")
    ours = list(inspect.signature(areal.reward_fn).parameters)
    assert list(inspect.signature(api.reward_fn).parameters) == [*ours[:4], "kwargs"]

    async def call() -> list[float]:
        wrapped = api.AsyncRewardWrapper(areal.reward_fn, timeout_seconds=120, max_retries=0)
        row, gold = _row()
        return [await wrapped("q", text, [1], [2, 3], **row) for text in (gold, "no idea")]

    assert asyncio.run(call()) == [1.0, 0.0]


def test_skyrl_makes_the_environment() -> None:
    skyrl_gym = pytest.importorskip("skyrl_gym", reason="skyrl-gym is not installed")
    from skyrl_gym.envs import register

    register(id="assay", entry_point="assay.harness.adapters.skyrl_gym:AssayEnv")
    row, gold = _row()
    for text, value in ((gold, 1.0), ("no idea", 0.0)):
        env = skyrl_gym.make("assay", env_config={}, extras={"extra_info": row})
        env.init([{"role": "user", "content": "q"}])
        step = env.step(text)
        assert (step["reward"], step["done"]) == (value, True)
    with pytest.raises(UsageError, match="neither reward_spec"):
        skyrl_gym.make("assay", env_config={}, extras={})


def test_openenv_calls_the_rubric() -> None:
    pytest.importorskip(
        "openenv.core.rubrics", reason="openenv is not installed", exc_type=ImportError
    )
    from assay.harness.adapters.openenv import AssayRubric
    from openenv.core.rubrics import WeightedSum

    row, gold = _row()
    action, observation = SimpleNamespace(message=gold), SimpleNamespace(metadata=row)
    both = WeightedSum([AssayRubric(), AssayRubric(row={"answer": "no such"})], [0.5, 0.5])
    assert both(action, observation) == 0.5
    with pytest.raises(UsageError, match="no metadata"):
        AssayRubric()(action, SimpleNamespace())
    with pytest.raises(UsageError, match="has no text"):
        AssayRubric()(SimpleNamespace(), observation)


class _Renderer:
    """What `ProblemEnv` asks of a renderer of the cookbook."""

    def get_stop_sequences(self) -> list[str]:
        return ["<end>"]

    def build_generation_prompt(self, conversation: list[dict[str, str]]) -> str:
        return conversation[-1]["content"]

    def parse_response(self, action: list[int]) -> tuple[dict[str, str], SimpleNamespace]:
        text = bytes(action).decode()
        ended = SimpleNamespace(is_stop_sequence=True, is_clean=True)
        return {"role": "assistant", "content": text}, ended


def test_the_loop_of_tinker_steps_the_environment() -> None:
    pytest.importorskip("tinker_cookbook.rl.problem_env", reason="tinker-cookbook is not installed")
    from assay.harness.adapters.tinker import group_builder

    suite = load(TASK, size=3)

    async def steps() -> list[float]:
        group = group_builder(suite, suite[1], _Renderer(), num_envs=2)
        found = []
        envs = await group.make_envs()
        for env, text in zip(envs, (suite.gold(suite[1]) or "", "no idea"), strict=True):
            prompt, _ = await env.initial_observation()
            assert prompt == suite[1].prompt
            step = await env.step(list(text.encode()))
            assert step.episode_done
            found.append(step.reward)
        return found

    assert asyncio.run(steps()) == [1.0, 0.0]


def _response(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "r", "created_at": 0.0, "model": "m", "object": "response", "output": items,
        "parallel_tool_calls": False, "tool_choice": "auto", "tools": [],
    }  # fmt: skip


def _message(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"id": "m", "type": "message", "role": "assistant", "status": "completed",
            "content": [part]}  # fmt: skip


def test_nemo_gym_verifies_its_own_requests() -> None:
    pytest.importorskip("nemo_gym.base_resources_server", reason="nemo-gym is not installed")
    from assay.harness.adapters.nemo_gym import AssayResourcesServer, AssayVerifyRequest

    row, gold = _row()
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": gold}
    output = {"type": "function_call_output", "call_id": "c", "output": gold}
    rollouts = [
        ([_message(gold)], 1.0, "correct"),
        ([call, output, _message(gold)], 1.0, "correct"),
        ([_message("no idea")], 0.0, None),
        ([call, output], 0.0, "no_answer"),
        ([_message(gold), call], 0.0, "no_answer"),
        ([], 0.0, "no_answer"),
    ]
    for items, value, status in rollouts:
        body = AssayVerifyRequest(
            responses_create_params={"input": [{"role": "user", "content": "q"}]},
            response=_response(items),
            **row,
        )
        found = asyncio.run(AssayResourcesServer.verify(SimpleNamespace(), body))
        assert found.reward == value
        assert status is None or found.status == status
        assert found.model_dump()["response"]["output"] == body.model_dump()["response"]["output"]


def _sample(text: str, **changed: Any) -> Any:
    row, _ = _row()
    given = {"response": text, "label": None, "metadata": row, "loss_mask": None,
             "remove_sample": False, "custom_rm_path": None}  # fmt: skip
    return SimpleNamespace(**given | changed)


def test_slime_loads_and_awaits_the_function() -> None:
    hub = pytest.importorskip("slime.rollout.rm_hub", reason="slime is not installed")
    args = SimpleNamespace(custom_rm_path="assay.harness.adapters.slime.custom_rm")
    _, gold = _row()
    assert asyncio.run(hub.async_rm(args, _sample(gold))) == 1.0
    assert asyncio.run(hub.batched_async_rm(args, [_sample(gold), _sample("x")])) == [1.0, 0.0]


def test_miles_loads_and_awaits_the_function() -> None:
    hub = pytest.importorskip("miles.rollout.rm_hub", reason="miles is not installed")
    from miles.utils.types import RewardSpec, Sample

    path, row = "assay.harness.adapters.slime.custom_rm", _row()[0]
    gold = _row()[1]
    args = SimpleNamespace(custom_rm_path=path, group_rm=True)

    async def scored() -> list[Any]:
        one = Sample(response=gold, metadata=row)
        own = Sample(
            response="It is \\boxed{4}.", label="4", reward_spec=RewardSpec(custom_rm_path=path)
        )
        group = [Sample(response=text, metadata=row) for text in (gold, "no idea")]
        await hub.batched_async_rm(args, group, inplace_set_reward_field=True)
        return [
            await hub.async_rm(args, one),
            await hub.async_rm(SimpleNamespace(custom_rm_path=None), own),
            *(sample.reward for sample in group),
        ]

    assert asyncio.run(scored()) == [1.0, 1.0, 1.0, 0.0]


def test_slime_leaves_a_failed_check_out_of_the_loss(
    monkeypatch: pytest.MonkeyPatch, checks_here: None
) -> None:
    row, gold = _row()
    answered = _sample("\\boxed{4}", metadata={}, label=4)
    assert asyncio.run(slime.custom_rm(None, answered)) == 1.0
    assert not answered.remove_sample
    turns = _sample(f"{gold}<|im_end|>\n<|im_start|>tool\n5<|im_end|>", loss_mask=[1, 1, 0])
    assert asyncio.run(slime.custom_rm(None, turns)) == 0.0
    monkeypatch.setattr(Suite, "verify", lambda *_: checker_error("a worker died"))
    failed = _sample(f"{gold} ")
    asyncio.run(slime.custom_rm(None, failed))
    assert failed.remove_sample
    assert row["task"] == TASK


def test_rllm_gets_its_own_output() -> None:
    pytest.importorskip("rllm.rewards.reward_fn", reason="rLLM is not installed")
    from assay.harness.adapters.rllm import reward_fn
    from rllm.rewards.reward_fn import RewardFunction
    from rllm.rewards.reward_types import RewardOutput

    assert isinstance(reward_fn, RewardFunction)
    row, gold = _row()
    output = reward_fn(row, gold)
    assert isinstance(output, RewardOutput)
    assert (output.reward, output.is_correct, output.metadata["status"]) == (1.0, True, "correct")
    assert reward_fn(row, SimpleNamespace(action="no idea")).reward == 0.0


def test_reasoning_gym_has_the_same_entries() -> None:
    reasoning_gym = pytest.importorskip("reasoning_gym", reason="reasoning-gym is not installed")
    from assay.harness.adapters.reasoning_gym import as_dataset

    theirs = reasoning_gym.create_dataset("basic_arithmetic", size=2, seed=1)
    ours = as_dataset(TASK, size=2)
    assert theirs[0].keys() == ours[0].keys()
    assert {"source_dataset", "source_index"} <= theirs[0]["metadata"].keys()
    assert {"source_dataset", "source_index"} <= ours[0]["metadata"].keys()
    assert theirs.score_answer(theirs[0]["answer"], theirs[0]) == 1.0
    assert ours.score_answer(f"<answer>{ours[0]['answer']}</answer>", ours[0]) == 1.0
    assert ours.score_answer(None, ours[0]) == 0.0
