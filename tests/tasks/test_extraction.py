"""Which words of a completion count as its final answer."""

import pytest
from assay.tasks.text import final_answer, strip_dressing


@pytest.mark.parametrize(
    ("completion", "text", "how"),
    [
        (r"so \boxed{5}", "5", "boxed"),
        (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}", "boxed"),
        (r"\boxed{3} wait, \boxed{4}", "4", "boxed"),
        (r"\boxed{5} ... so \boxed{}", "5", "boxed"),
        (r"$\boxed{\boxed{7}}$", "7", "boxed"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}", "boxed"),
        (r"\fbox{12}", "12", "boxed"),
        ("<answer>5</answer>", "5", "answer_tag"),
        ("<answer>4</answer> no: <answer>5</answer>", "5", "answer_tag"),
        ("<answer>a<answer>b</answer></answer>", "b", "answer_tag"),
        ("<think><answer>4</answer></think><answer>5</answer>", "5", "answer_tag"),
        ("sum is 42\n#### 42", "42", "hashes"),
        ("The answer is 5.5. I hope it is.", "5.5", "statement"),
        ("Final Answer: The final answer is $5$. I hope it is correct.", "$5$", "statement"),
        ("**Answer:** 42", "42", "statement"),
        ("The correct answer is **B**.", "B", "statement"),
        ("**Final Answer**\n\n$$5$$", "$$5$$", "statement"),
        ("La réponse est 18.", "18", "statement"),
        ("答案是 18。", "18", "statement"),
        ('{"answer": "\\frac{1}{2}", "x": 1', r"\frac{1}{2}", "json"),
        ('{"answer": "\\\\frac{1}{2}"}', r"\frac{1}{2}", "json"),
        ('{"reason": "", "answer": 42', "42", "json"),
        ("42", "42", "whole"),
        ("</think>\n\n5<|im_end|>", "5", "whole"),
        ("We add the two numbers to get the total\n42", "42", "final_line"),
    ],
)
def test_takes_the_last_committed_answer(completion: str, text: str, how: str) -> None:
    found = final_answer(completion)
    assert (found.text, found.how) == (text, how)


@pytest.mark.parametrize(
    ("completion", "truncated"),
    [
        ("", False),
        ("   \n", False),
        (r"\boxed{}", False),
        (r"The answer is \boxed{5", True),
        ("<think>the answer is 5", True),
        ("<think>a</think>b<think>\\boxed{5}", True),
        ("<think>\\boxed{5}</think>", False),
        ("<answer>5", True),
        ("<answer></answer>", False),
        ('{"answer": "12', True),
        ("Let me think about how the many parts of this long problem fit with one another.", False),
    ],
)
def test_finds_no_answer(completion: str, truncated: bool) -> None:
    found = final_answer(completion)
    assert found.text is None
    assert found.truncated is truncated


@pytest.mark.parametrize(
    "completion",
    [r"\boxed{5} or \boxed{6}", r"$\boxed{5}$, $\boxed{6}$", r"x = \boxed{5} and y = \boxed{6}"],
)
def test_joined_boxes_stay_visible(completion: str) -> None:
    assert final_answer(completion).candidates == ("5", "6")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("**B**.", "B"), (r"$\text{No}$", "No"), ("`42`", "42"), ("“yes”!", "yes"), ("", "")],
)
def test_strips_dressing(text: str, plain: str) -> None:
    assert strip_dressing(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10**6,
        "\\boxed{" * 150_000,
        "\\boxed{" * 50_000 + "}" * 50_000,
        "answer to " * 100_000,
        "the answer is " * 80_000,
        "\\" * 10**6,
        '"answer":["' + '"' * 10**6,
        "\x00\ud800" * 500_000,
        "The answer is " + "a. " * 300_000,
        "answer" + "*" * 10**6,
    ],
)
def test_survives_hostile_text(text: str) -> None:
    # A pattern that is not linear would hit the timeout of the test run.
    final_answer(text)
    strip_dressing(text)


@pytest.mark.parametrize(
    ("completion", "read"),
    [
        (r"There are \boxed{5} million of them.", r"5\cdot 1000000"),
        (r"总人数是\boxed{3}万。", r"3\cdot 10000"),
        (r"Всего было $\boxed{5}$ миллионов зрителей.", r"5\cdot 1000000"),
        (r"Toplamda \boxed{4} bin kişi vardır.", r"4\cdot 1000"),
        (r"There are \boxed{5} of them.", "5"),
        (r"总人数是\boxed{3}人。", "3"),
        (r"That is \boxed{15} percent.", r"15\%"),
        (r"\boxed{5} apples", "5"),
    ],
)
def test_a_scale_word_behind_a_box_is_part_of_the_value(completion: str, read: str) -> None:
    found = final_answer(completion)
    assert (found.text, found.doubt) == (read, "")


@pytest.mark.parametrize(
    "drawing",
    [
        '[asy] xaxis(begin=false); label("wrong: $6$",(1,2)); [/asy]',
        r"\begin{tikzpicture}\draw (0,0) -- (4,4) node {$x+y=4$};\end{tikzpicture}",
        "<svg><text>6</text></svg>",
    ],
)
def test_the_source_of_a_drawing_is_not_read(drawing: str) -> None:
    found = final_answer(r"The probability is $\boxed{\frac14}$." + "\n\n" + drawing)
    assert (found.text, found.doubt) == (r"\frac14", "")


@pytest.mark.parametrize(
    "reasoning",
    [
        "Let us see: 1+1 is 2. So the answer is ",
        "If we add 1 and 1 we get 2. So the answer is ",
        "Say he has 2 apples. The final answer is $",
        "So the total amount of fabric is 2 bolts of fabric \n",
        "So he made a profit of 72-70=$2 \n",
    ],
)
def test_reasoning_and_lines_before_a_box_do_not_cast_doubt_on_it(reasoning: str) -> None:
    found = final_answer(reasoning + r"\boxed{2}" + "$" * reasoning.endswith("$"))
    assert (found.text, found.doubt) == ("2", "")
