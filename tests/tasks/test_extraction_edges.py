"""Both sides of the small decisions of the extraction; changing one of them changed no verdict."""

import pytest
from assay.tasks.text import final_answer
from assay.tasks.text.announcements import adjoining


@pytest.mark.parametrize(
    ("completion", "candidates"),
    [
        ("<answer>A</answer> or <answer>C</answer>", ("A", "C")),
        ("<answer>5</answer> or <answer>5</answer>", ()),
        ('{"answer": "0", "answer": "1"}', ("0", "1")),
        ('{"answer": "1", "answer": "1"}', ()),
        (r"\boxed{5} or \boxed{6}", ("5", "6")),
    ],
)
def test_every_answer_of_several_is_a_candidate(completion: str, candidates: tuple) -> None:
    found = final_answer(completion)
    assert found.candidates == candidates
    assert found.text == (" or " if found.how != "boxed" else ", ").join(candidates or found.text)


@pytest.mark.parametrize(
    ("completion", "text"),
    [
        ('{"answer": [14]}', "[14]"),
        ("####", None),
        ("#### 5\n#### 6", "6"),
        ("#### 5", "5"),
        ("#### 5\n", "5"),
    ],
)
def test_a_mark_holds_its_answer_or_none(completion: str, text: str | None) -> None:
    found = final_answer(completion)
    assert (found.text, found.value) == (text, None)


@pytest.mark.parametrize(
    ("sure", "doubtful"),
    [
        ("It is not 4. <answer>5</answer>", "It is not <answer>5</answer>"),
        ("This is wrong.\n<answer>5</answer>", "This is wrong:\n<answer>5</answer>"),
        (r"\boxed{5}.", r"\boxed{5}.7"),
        (r"\boxed{5} so", r"\boxed{5}5"),
        (r"$\boxed{5}$", r"$\boxed{5}$ + 1"),
        (r"\boxed{5}", r"\boxed{5} → 7"),
        ("The answer is 5.", "> The answer is 5."),
        (r"$x = \boxed{5}$", r"$x = \boxed{5} = 6$"),
    ],
)
def test_what_touches_an_answer_casts_doubt_on_it(sure: str, doubtful: str) -> None:
    assert not final_answer(sure).doubt, sure
    assert final_answer(doubtful).doubt, doubtful


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("We take 6 instead of ", "denied"),
        ("We choose 6 out of ", "denied"),
        ("5, as opposed to ", "denied"),
        ("so it is never ", "denied"),  # a clause of four words or fewer
        ("The sum is at least ", "bound"),
        ("It is greater than ", "bound"),
        ("It lies between 3 and ", "bound"),
        ("It is twice ", "another value"),
        ("It is the square of ", "another value"),
        ("It is the number after ", "another value"),
        ("either 3 or ", "another value"),
        ("Zach can have at most ", ""),
        ("The maximum is ", ""),
        ("It is at least 3. So it is ", ""),
        ("It is twice as much.\nSo it is ", ""),
        ("of ", ""),
        ("", ""),
    ],
)
def test_the_words_right_before_an_answer(before: str, reason: str) -> None:
    found = adjoining(before)
    assert reason in found
    assert bool(found) == bool(reason)
