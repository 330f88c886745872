"""What is sent: system prompt, examples, templates, answer instruction, prefill; `assay show`."""

import json
from pathlib import Path

import pytest
from assay.harness.backends.contract import Message
from assay.harness.cli import run as cli
from assay.harness.evaluation import Extent, PromptSettings, TaskSpec, plan_task
from assay.sandbox.errors import UsageError
from assay.tasks import load

SPEC = TaskSpec("arithmetic", {"size": 6, "difficulty": 1})


def planned(spec=SPEC, **prompts):
    plan = plan_task(spec, extent=Extent(), prompts=PromptSettings(**prompts))
    return plan, [plan.style.messages(problem) for problem in plan.problems]


def test_the_problem_alone_is_one_user_message():
    plan, sent = planned()
    assert sent == [(Message("user", problem.prompt),) for problem in plan.problems]


def test_a_system_prompt_from_text_and_from_a_file(tmp_path):
    path = tmp_path / "system.txt"
    path.write_text("Be brief.")
    for given in ("Be brief.", f"@{path}"):
        _, sent = planned(system=given)
        assert sent[0][0] == Message("system", "Be brief.")


def test_examples_are_solved_problems_of_train_as_turns():
    plan, sent = planned(fewshot=3)
    train = load("arithmetic", split="train", size=6, difficulty=1)
    golds = {problem.prompt: train.gold(problem) for problem in train}
    for messages, problem in zip(sent, plan.problems, strict=True):
        *turns, asked = messages
        assert asked.content == problem.prompt
        assert [turn.role for turn in turns] == ["user", "assistant"] * 3
        for question, answer in zip(turns[::2], turns[1::2], strict=True):
            assert golds[question.content] == answer.content
    assert len({messages[:-1] for messages in sent}) == 1


def test_examples_are_the_same_in_every_run_and_others_with_another_seed():
    assert planned(fewshot=3)[1] == planned(fewshot=3)[1]
    assert planned(fewshot=3)[1] != planned(fewshot=3, fewshot_seed=1)[1]


def test_examples_drawn_for_each_problem_differ_and_are_never_the_problem_itself():
    plan, sent = planned(fewshot=3, fewshot_each=True, fewshot_split="test")
    assert len({messages[:-1] for messages in sent}) > 1
    for messages, problem in zip(sent, plan.problems, strict=True):
        assert problem.prompt not in [one.content for one in messages[:-1]]


def test_examples_as_text_are_one_message():
    _, sent = planned(fewshot=2, fewshot_as="text", system="x")
    for messages in sent:
        assert [one.role for one in messages] == ["system", "user"]
        assert messages[1].content.count("<answer>") >= 5


def test_examples_from_a_file(tmp_path):
    path = tmp_path / "shots.jsonl"
    path.write_text('{"prompt": "1 + 1?", "completion": "2"}\n')
    _, sent = planned(fewshot=1, fewshot_file=path)
    assert sent[0][:2] == (Message("user", "1 + 1?"), Message("assistant", "2"))
    with pytest.raises(UsageError, match="only 1 solved examples"):
        planned(fewshot=2, fewshot_file=path)


def test_a_template_from_text_and_from_a_file(tmp_path):
    path = tmp_path / "template.jinja"
    path.write_text("Q: {{ prompt }}\nLevel {{ meta.difficulty }}\nA:")
    for given in (path.read_text(), f"@{path}"):
        plan, sent = planned(template=given)
        assert sent[0][0].content == f"Q: {plan.problems[0].prompt}\nLevel 1\nA:"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ prompt", "--template: line 1"),
        ("{{ prompt }}{{ answer }}", "'answer' is undefined"),
        ("{{ prompt }}{{ meta.steps }}", "has no attribute 'steps'"),
        ("{{ prompt }}{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ prompt }}{{ 1 / 0 }}", "division by zero"),
        ("hello", "leaves the problem out"),
        ("@nowhere.jinja", "the file cannot be read"),
    ],
)
def test_a_bad_template_is_one_line_before_anything_is_written(template, message):
    with pytest.raises(UsageError, match=message):
        planned(template=template)


def test_the_answer_instruction_can_be_left_out():
    plan, sent = planned(answer_instruction=False)
    for messages, problem in zip(sent, plan.problems, strict=True):
        question, _, last = problem.prompt.rpartition("\n")
        assert last.startswith("Give the final answer")
        assert messages[0].content == question


def test_code_at_the_end_of_every_prompt_is_no_instruction(own_rows):
    with pytest.raises(UsageError, match="do not share their last lines"):
        planned(TaskSpec("humaneval", {"data_dir": own_rows}), answer_instruction=False)


def test_show_prints_what_is_sent_and_the_gold(capsys):
    given = ["show", "arithmetic", "--difficulty", "1", "--n", "2", "--system", "Be brief."]
    assert cli([*given, "--fewshot", "1"]) == 0
    text = capsys.readouterr().out
    problem = load("arithmetic", difficulty=1)[1]
    for part in ("-- system\nBe brief.", "-- assistant\n", problem.prompt,
                 f"-- answer\n{problem.answer}\n"):  # fmt: skip
        assert part in text
    assert cli([*given, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["messages"][1]["content"] for one in lines][1] == problem.prompt


def test_show_refuses_what_is_not_there(capsys, tmp_path: Path):
    assert cli(["show", "arithmetics"]) == 2
    assert cli(["show", "arithmetic", "--n", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
