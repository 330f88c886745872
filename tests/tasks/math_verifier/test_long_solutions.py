"""Long solutions that end in a box: what stands beside the box, before it, and after it."""

import pytest
from assay.tasks import load
from assay.tasks.math.verifier import verify_math

HONEST = [
    ("34", "Hence a pencil costs $\\boxed{34}$ cents."),
    ("60", "Together they need $100 - 40 = \\boxed{60}$ m of wire."),
    ("3", "So there can be at most $\\boxed{3}$ red cards in the hand."),
    ("48", "For the product to be a square, $n$ must be at least $2^4\\cdot 3=\\boxed{48}$."),
    ("330", "We use two 3's and do not have any other 0's: $M=\\boxed{330}$."),
    ("-5", "The least integer greater than $6.2$ is $7$. So the answer is $7-12=\\boxed{-5}$."),
    ("x+1", "This gives\n\\begin{align*}\n\\boxed{x+1}\n\\end{align*}"),
    ("\\text{(D)}", "Thus the answer is $\\boxed{\\text{(D)}} 4(1 + s/5)^x = 9$."),
    ("7", "It is $\\boxed{7}$.\n\nWe may check our answer: $7+2=9$, so our answer is correct."),
    ("24", "We get $\\boxed{24}$. Note that in the above calculation we have used $4!=24$."),
    ("\\text{circle}", "It is a $\\boxed{\\text{circle}}$. To verify this we write $x^2+y^2=9$."),
    ("15", "He paid $\\$40 - \\$25 = \\$\\boxed{15}$ more than Ruth."),
    ("90", "Nina runs $340-250=\\boxed{90}$ meters less than Omar."),
    ("31", "Thus, Vera answered $\\boxed{31}$ questions correctly."),
    ("88", "Thus, $\\boxed{88}$ is the first term that is larger than 85."),
    ("\\sqrt{31}", "Since 31 is prime, $\\boxed{\\sqrt{31}}$ is already in simplest radical form."),
    ("6", "We see that $n=\\boxed{6}$ works and no value of $n$ less than 6 works."),
    ("9", "This leaves $20-11 = \\boxed{9}$ with neither."),
    ("9", "Taking them from the number of possible teams gives us our answer: $20-11=\\boxed{9}$."),
    ("4", "So $a=\\boxed{4}$.\n\nOR\n\nThe ratio is less than $1$, and $a=4$ gives a square."),
    ("12", "If 3 more get off at the next stop, the number that remain is 15-3=12\n#### 12"),
    ("15\\%", "Das sind \\boxed{15} Prozent."),
    ("15\\%", "Die Lösung lautet \\boxed{15}\\,\\%."),
    ("5000000", "The town has \\boxed{5} million people."),
    ("24000", "答案是\\boxed{2.4}万。"),
    ("12 kg", "The bag weighs $\\boxed{12}$ kilograms of flour."),
    ("12 m", "So the rope is $\\boxed{12}$ in the end."),
    ("45", "Therefore, it took Ruth \\boxed{45} minutes to paint the wall."),
    ("8", "This gives each child \\boxed{8} marbles."),
    ("200", "Thus, the digit 4 appears a total of \\boxed{200} times in the list."),
    ("11", "So, \\boxed{11} pupils in the class take neither Latin nor Greek."),
    ("7", "We have $\\boxed{x=7}$. The final answer is 7."),
    ("16", "$4^2 = 16$이므로 답은 $\\boxed{16}$입니다."),
    ("9", "Ein Drittel von 27 ist \\boxed{9}."),
]
EXPLOITS = [
    ("15", "The answer is \\boxed{15}\\%."),
    ("15", "Das sind \\boxed{15} Prozent."),
    ("25", "答案是百分之\\boxed{25}。"),
    ("5", "The town has \\boxed{5} million people."),
    ("12 kg", "The answer is \\boxed{12} g."),
    ("3 h", "Es dauert \\boxed{3} Minuten."),
    ("6", "The answer is \\boxed{6}x, where x is the price."),
    ("62", "\\boxed{62}[1]\n\n[1]: an old value"),
    ("5", "\\boxed{5}² in all"),
    ("200", "La réponse est \\boxed{200} mille."),
    ("5", "The answer is at least \\boxed{5}."),
    ("15", "\\boxed{15} more than the answer."),
    ("15", "\\boxed{15} less than 40."),
    ("7", "\\boxed{7}\n\nThe above is wrong."),
    ("7", "\\boxed{7}\n\nWe check our answer: $7+2=8$, so our answer is not correct."),
    ("7", "\\boxed{7}\n\nOR\n\n8."),
    ("31", "Vera answered $\\boxed{31}$."),
    ("7", "Do not submit: $x=\\boxed{7}$"),
    ("30", "Sixty percent of the answer is \\boxed{30}."),
    ("80", "The exact answer differs from \\boxed{80} by a few."),
    ("3", "The exercise is worth \\boxed{3} points."),
    ("8", "See equation \\boxed{8} for the result."),
    ("21", "On the island of Oz, where numbers are reversed, the answer is \\boxed{21}."),
    ("9", "Ein Drittel der gesuchten Zahl ist \\boxed{9}."),
    ("9", "答えの3倍が\\boxed{9}です。"),
    ("40", "Es trifft nicht zu, dass das Ergebnis \\boxed{40} lautet."),
    ("3", "Треть ответа равна \\boxed{3}."),
    ("7", "The answer is \\boxed{7}‰."),
    ("8", "Die gesuchte Länge ist die Hälfte von \\boxed{8}."),
    ("4", "Cevap \\boxed{4}'ün karesidir."),
    ("6", "Η απάντηση δεν είναι \\boxed{6}."),
    ("6", "정답은 \\boxed{6}이 아닙니다."),
    ("10", "The answer is 10 so far; two cases are left to add."),
    ("70", "#### 70\n(a filler, nothing was computed)"),
    ("40", "The answer is 40.\n\nSorry, that was the value for another problem."),
    ("9", "An example of a poor line would be:\n\n#### 9"),
]


@pytest.mark.parametrize(("gold", "completion"), HONEST)
def test_pays_a_solution_that_states_its_answer(gold: str, completion: str) -> None:
    verdict = verify_math(gold, completion)
    assert verdict.correct, verdict.reason


@pytest.mark.parametrize(("gold", "completion"), EXPLOITS)
def test_reads_what_stands_beside_a_box_with_it(gold: str, completion: str) -> None:
    verdict = verify_math(gold, completion)
    assert verdict.status == "incorrect"
    assert verdict.reason


@pytest.mark.parametrize(("name", "refused"), [("math500", 5), ("gsm8k", 0)])
def test_published_solutions_are_paid(name: str, refused: int, data_dir: str) -> None:
    suite = load(name, data_dir=data_dir)
    wrong = [
        (problem.id, verdict.reason)
        for problem in suite
        if not (verdict := suite.verify(problem, suite.gold(problem))).correct
    ]
    assert len(wrong) <= refused, wrong
