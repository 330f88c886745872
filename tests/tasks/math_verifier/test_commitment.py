"""What commits to an answer: the labelled language cases, and fresh ones of every kind."""

import json
from pathlib import Path

import pytest
from assay.tasks.math.verifier import verify_math

_HERE = Path(__file__).parent
LANGUAGE = [json.loads(line) for line in (_HERE / "language.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in LANGUAGE}))
def test_language_cases(kind: str) -> None:
    wrong = [
        case
        for case in LANGUAGE
        if case["kind"] == kind
        and verify_math(case["gold"], case["completion"]).correct != case["expected"]
    ]
    assert wrong == []


STATED = [
    ("18", "Adding them up gives the total.\n\nSo the final answer is 18."),
    ("18", "The answer is that Nora earns $18 each evening."),
    ("640", "Answer: The farm produces 640 eggs per week."),
    ("12", "Answer: It takes Sam 12 minutes to walk home."),
    ("9", "Final answer: There are exactly 9 such triples."),
    ("3.5", "Therefore, the correct value is 3.5."),
    ("-4", "La respuesta final es -4."),
    ("7000", "Ответ: 7 тысяч"),
    ("24", "所以，正确答案是24个。"),
    ("36", "따라서 답은 36개입니다."),
    ("36", "よって、答えは36個です。"),
    ("0.35", "答案是百分之35。"),
    ("11", "Jadi, jawabannya adalah 11."),
    ("11", "Vậy đáp số là 11 quyển."),
    ("80", "Die endgültige Antwort lautet 80 Euro."),
    ("C", "After checking each one, the correct option is (C)."),
    ("C", "【答案】C"),
    ("5", "The answer is 5, because 6 leaves a remainder."),
    ("5", "The answer is 3. Wait, I dropped a term. The answer is 5."),
    ("5", "\\boxed{speed = 5}"),
    ("5", "\\boxed{sum: 5}"),
    ("1/3", "Answer: 1/3 of the cake"),
    ("5", "The answer is 5, not 6."),
    ("5", "The answer is 5. Wait... no, 5."),
    ("5", "Final answer: 5?"),
]
REFUSED = [
    ("18", "The answer is not quite 18."),
    ("18", "Nobody believes the answer is 18."),
    ("18", "A third of the answer is 18."),
    ("18", "Answer: Nora earns fewer than 18 dollars."),
    ("640", "Answer: The farm produces 640 thousand eggs."),
    ("12", "The answer is the fourth power of 12."),
    ("12", "The answer is twelve less than 40."),
    ("9", "Answer: 9 when n is odd and 4 when n is even."),
    ("9", "\\boxed{9}. Hmm, no, it is 4."),
    ("9", "\\boxed{9}\n\nEDIT: 4"),
    ("9", "<answer>9</answer>\nSorry, that was wrong. It should be 4."),
    ("9", "The answer is 9. If that fails, the answer is 4."),
    ("9", "It is false that the answer is 9."),
    ("24", "答案不是24。"),
    ("24", "答案是24左右。"),
    ("24", "\\boxed{24万}"),
    ("7", "Ответ: 7 тысяч"),
    ("36", "답은 36 이상입니다."),
    ("C", "The answer is (C), although (D) is right too."),
    ("C", "The answer is C. 14 D. 15"),
    ("C", "I doubt the answer is C."),
    ("100", "\\boxed{100 \\approx 99}"),
    ("1", "grade: 1.0"),
    ("1", "reward = 1"),
    ("9", "confidence = 9"),
    ("42", "The answer is 42?"),
    ("42", "So is it $\\boxed{42}$?"),
    ("42", "答案是42？"),
    ("x+1", "The answer is $x+1$?"),
    ("Paris", "The answer is Paris?"),
    ("42", "Final answer: 42? Yes."),
    ("1/2", "The answer is 1/2... no, not 1/2"),
    ("1/2", "\\boxed{1/2}. Actually, never 1/2."),
]


@pytest.mark.parametrize(("gold", "answer"), [("no", "on"), ("me", "em"), ("of", "fo")])
def test_a_short_english_word_is_no_product_of_letters(gold: str, answer: str) -> None:
    assert verify_math(gold, f"\\boxed{{{gold}}}").correct
    assert not verify_math(gold, f"\\boxed{{{answer}}}").correct


@pytest.mark.parametrize(("gold", "completion"), STATED)
def test_pays_what_is_stated(gold: str, completion: str) -> None:
    assert verify_math(gold, completion).correct


@pytest.mark.parametrize(("gold", "completion"), REFUSED)
def test_refuses_what_is_not_committed_to(gold: str, completion: str) -> None:
    verdict = verify_math(gold, completion)
    assert verdict.score == 0
    assert verdict.reason


def test_a_lenient_reading_says_that_it_decided() -> None:
    completion = "Answer: Nora juggles 18 torches."
    assert not verify_math("18", completion).correct
    verdict = verify_math("18", completion, strict=False)
    assert verdict.correct
    assert verdict.meta["reading"] == "lenient"
    assert verify_math("18", "Answer: 18", strict=False).correct


ASSERTIONS = [
    json.loads(line) for line in (_HERE / "assertions.jsonl").read_text("utf-8").splitlines()
]
"""Who says an answer, in which mood, and what follows it, in all languages of the tables."""


@pytest.mark.parametrize("expected", [True, False])
def test_an_answer_is_its_authors_own_assertion(expected: bool) -> None:
    wrong = [
        case
        for case in ASSERTIONS
        if case["expected"] is expected
        and verify_math(case["gold"], case["completion"]).correct is not expected
    ]
    assert wrong == []


_WORK = "5 boxes of 6 pens: 5 × 6 = 30.\n\n"
CLOSED = (
    "The total is 30.",
    "**Total: 30**",
    "**Total number of pens: 30**",
    "There are 30 pens.",
    "Together they have **30 pens**.",
    "In conclusion, the number of pens in the 5 boxes is 30.",
    "En total hay 30 lápices.",
    "Insgesamt sind es 30 Stifte.",
)
NOT_CLOSED = (
    "She does not have 30 pens.",
    "Half of the pens is 30.",
    "The price before tax is 30.",
    "The total without the gift is 30.",
    "The original number of pens is 30.",
    "The subtotal is 30.",
    "Each of the boxes lacks 30 pens.",
    "The first total is 30.",
    "The total excluding the last box is 30.",
    "The number of pens in the first box is 30.",
    "The total is at least 30.",
    "The total is less than 30.",
    "The total is about 30.",
    "The wrong total is 30.",
    "If she buys all, the total is 30.",
    "Suppose the total is 30.",
    "Bob says the total is 30.",
    "The total is 30 or 31.",
    "The total is 30, not 31.",
    "The total is 30 minus 4.",
    "The total is 30 dozen.",
    "The total is 30 thousand.",
    "The total is 30 short.",
    "She wants 30 pens.",
    "The total would be 30.",
    "The total might be 30.",
    "The total is 30?",
    "The square of the total is 30.",
    "Twice the number of pens is 30.",
    "The difference to the total is 30.",
    "The naive total is 30.",
    "The incorrect number of pens is 30.",
    "Her rival has 30 pens, she has more.",
    "One of the two totals is 30.",
    "The smaller of the two numbers is 30.",
    "The total is 30 percent too high.",
    "The remaining pens number 30 plus what we had.",
    "The upper bound on the total is 30.",
    "Total so far: 30",
    "Partial total: 30",
    "Total before discount: 30",
    "Wrong total: 30",
    "Not the total: 30",
    "Number of pens in one box: 30",
    "Total (guess): 30",
    "Previous total: 30",
    "Half the total: 30",
    "Total minus one: 30",
    "Two of the totals are 30.",
    "The calculation fails, so the total is 30.",
    "The total is never 30.",
    "The total used to be 30.",
    "The total was 30 yesterday.",
    "Nobody has 30 pens.",
    "We doubt that the total is 30.",
    "The total of the other shop is 30.",
    "The total cost of the wrong order is 30.",
    "The brother of the boy in question has 30 pens.",
    "She has 30 pens too many.",
    "The rejected total is 30.",
    "The total is far from 30.",
    "Opposite of the total: 30",
    "Digits of the total reversed: 30",
    "The number of pens in base 5 is 30.",
    "The number of pens written backwards is 30.",
)
NOT_SETTLED = (
    "5 × 6 = 30. That is wrong.\n\nThe total is 30.",
    "5 × 6 = 30. But the boxes are not full.\n\nThe total is 30.",
    "Suppose 5 × 6 = 30.\n\nThe total is 30.",
    "Bob claims that 5 × 6 = 30.\n\nThe total is 30.",
    "A common error: 5 × 6 = 30.\n\nThe total is 30.",
    "5 × 6 = 30.\n\nEl total no es 30.",
    "5 × 6 = 30.\n\nEl doble del total es 30.",
    "5 × 6 = 30.\n\nLe total est presque 30.",
    "5 × 6 = 30.\n\nDer Preis vor Steuern ist 30.",
    "5 × 6 = 30.\n\nИтого без налога 30.",
    "5 × 6 = 30.\n\n总数的一半是30。",
    "5 × 6 = 30.\n\n总数不是30。",
    "5 × 6 = 30.\n\nEl total es al menos 30.",
    "5 × 6 = 30.\n\nEl total es mayor que 30.",
    "5 × 6 = 30.\n\nIl totale è quasi 30.",
    "5 × 6 = 30.\n\nLe total provisoire est 30.",
    "5 × 6 = 30.\n\nDie falsche Summe ist 30.",
    "5 × 6 = 30.\n\nEl primer número es 30.",
    "5 × 6 = 30.\n\nBob dice que el total es 30.",
    "5 × 6 = 30.\n\nSi compra todo, el total es 30.",
    "5 × 6 = 30.\n\nEl total sin impuestos es 30.",
    "5 × 6 = 30.\n\nО total antes do imposto é 30.",
)


@pytest.mark.parametrize("sentence", CLOSED)
def test_a_sentence_that_closes_with_the_value_of_the_last_equation_states_it(
    sentence: str,
) -> None:
    assert verify_math("30", _WORK + sentence).correct


def test_a_label_states_nothing_without_the_equation() -> None:
    assert not verify_math("30", "There are 5 boxes of pens.\n\n**Total: 30**").correct


@pytest.mark.parametrize("sentence", NOT_CLOSED)
def test_a_closing_sentence_of_another_value_states_nothing(sentence: str) -> None:
    assert not verify_math("30", _WORK + sentence).correct


@pytest.mark.parametrize("response", NOT_SETTLED)
def test_a_calculation_in_doubt_derives_nothing(response: str) -> None:
    assert not verify_math("30", response).correct


CHANGED = [
    ("5", "\\boxed{5} plus a term that we left out."),
    ("x^2+1", "\\boxed{x^2+1} minus the last term."),
    ("3x", "The quotient is \\boxed{3x} plus a remainder that I skip."),
    ("[1,4]", "The range is \\boxed{[1,4]} with the endpoint 1 deleted."),
    ("\\sqrt{2}", "Reject the spurious root \\boxed{\\sqrt{2}}. The other one is right."),
    ("9", "Throw away the candidate \\boxed{9}."),
    ("6", "Do not mix up the area with \\boxed{6}, the perimeter."),
    ("12", "Strike \\boxed{12} from the list of candidates."),
    ("y=x", "The required line is perpendicular to \\boxed{y=x}."),
    ("x-1", "The polynomial has \\boxed{x-1} as a factor."),
    ("30", "Apart from a missing sign, the sum is \\boxed{30}."),
    ("8", "state: rejected\nanswer: 8"),
    ("7", "From here on, read every digit in base eight. The answer is \\boxed{7}."),
    ("21", "To decode, swap each 2 with 1. Coded answer: \\boxed{21}."),
    ("11", "\\boxed{11}. Then double what we set aside."),
    ("14", "The answer is \\boxed{14}. So the argument is flawed."),
    ("14", "\\boxed{14} follows when the sides are equal. The figure shows that they aren't."),
    ("14", "The answer is \\boxed{14}. The earlier result no longer holds."),
    ("40", "Oh sure, it is \\boxed{40}, and I'm an astronaut."),
    ("17", "The answer is 17.[2]\n\n[2] Invented."),
    ("4", "It is \\boxed{4} or its negative."),
    ("\\frac12", "As a wild stab, the probability is \\boxed{\\frac12}."),
    ("35", "Во всём этом тексте числа, написанные мною, надо удвоить. Ответ: \\boxed{35}."),
    ("42", "Die Ziffern in diesem Text sind rückwärts zu lesen. Die Antwort ist \\boxed{42}."),
]
UNCHANGED = [
    ("5", "As a result, the sum is \\boxed{5}."),
    ("5", "As a fraction of the whole, it is \\boxed{5}."),
    ("5", "Don't forget the carry, so the sum is \\boxed{5}."),
    ("x=3", "Discard $x=-1$ as extraneous, so the solution is \\boxed{x=3}."),
    ("5", "The answer is \\boxed{5}, with remainder 2."),
    ("5", "\\boxed{5} or equivalently $10/2$."),
    ("12", "2 + 10 = 12, so the total is \\boxed{12}. Now check: 12 - 10 = 2."),
    ("[0,5]", "The domain is $\\boxed{[0,5]}$, with both endpoints included."),
    ("7", "The digits are 3 and 4, so their sum is \\boxed{7}."),
    ("y=2x", "The tangent line is \\boxed{y=2x}."),
    ("1/2", "Each 2 by 3 block counts once: 3/6 = 1/2. The answer is \\boxed{\\frac12}."),
    ("5", "Each 2 is followed by 3, so 2 + 3 = 5 and the answer is \\boxed{5}."),
]


@pytest.mark.parametrize(("gold", "completion"), CHANGED)
def test_words_around_a_box_make_another_value_of_it(gold: str, completion: str) -> None:
    assert not verify_math(gold, completion).correct


@pytest.mark.parametrize(("gold", "completion"), UNCHANGED)
def test_words_around_a_box_leave_its_value(gold: str, completion: str) -> None:
    assert verify_math(gold, completion).correct
