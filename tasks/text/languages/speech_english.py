"""Who says an English sentence, and in which mood."""

from .speech_table import Speech
from .table import phrases

ENGLISH = Speech(
    reports=phrases(
        "say, says, said, saying, claim, claims, claimed, claiming, assert, asserts, asserted, "
        "insist, insists, insisted, write, writes, wrote, think, "
        "thinks, thought, believe, believes, believed, reply, replies, replied, answers, "
        "answered, concludes, argue, argues, argued, suggest, suggests, "
        "suggested, tell, tells, told, report, reports, reported, allege, alleges, alleged, guess, "
        "guesses, guessed, announce, announces, announced, shout, shouts, shouted, whisper, "
        "whispers, whispered, declare, declares, declared, mutters, muttered, maintains, "
        "maintained, propose, proposes, proposed, responds, responded, "
        "according to, as per, quote, quotes, quoted, quoting, rumor has it, rumour has it, "
        "here is what, here's what, this is what, legend has it, in the opinion of, in the words of, in the view of, would answer, would "
        "write, would say, would finish, would end, would put, might conclude, to quote, gossip, "
        "swears, swore, bets, supposedly, allegedly, reportedly, purportedly"
    ),
    concludes=phrases(
        "but, however, so, thus, hence, therefore, we get, we have, we find, we see, we obtain, which means, "
        "this means, it follows, which gives, giving, gives, making, so that, we conclude, i "
        "conclude, i get, for a total, consequently"
    ),
    authorities=phrases(
        "theorem, law, laws, formula, formulas, rule, rules, identity, definition, problem, "
        "question, inequality, principle, table, graph, figure, diagram, statement, given, "
        "condition, conditions, criterion, lemma, property, data, chart, equation, text"
    ),
    courtesies=phrases(
        "let me know, feel free, i hope, hope this, hope that, hope it, if you have, if you need, "
        "if you'd like, if you would like, would you like, please let me know, do you want, happy "
        "to help, please feel free, don't hesitate, do not hesitate, i'd be happy, i can also, "
        "thanks for, thank you"
    ),
    either=phrases("or"),
    both=phrases("and"),
    conditions=phrases("if, unless, whether"),
    unreal=phrases("were, had, would, could"),
    supposes=phrases(
        "granted that, in the best case, at best, ideally, for now, for the time being, for the moment, suppose, supposing, supposed, assume, assuming, imagine, imagining, pretend, pretending, "
        "what if, hypothetically, in a world, in a universe, universe, world where, dream, "
        "nightmare, opposite day, fiction, fictional, fairy tale, novel, joke, for fun, in jest, "
        "for the sake of argument, for argument's sake, were it, had i, had it, had we, should "
        "it, provided, in theory, in case, counterfactually, say for a moment, role play, "
        "parody, satire, alternate, alternative reality, someday, contradiction, bet, wish, "
        "wished, hope, hoping"
    ),
    selves=phrases("i, i'm, i've, i'd, i'll, me, my, mine, myself"),
    persons=phrases(
        "student, teacher, friend, liar, classmate, neighbour, neighbor, brother, sister, mother, "
        "father, man, woman, boy, girl, child, kid, expert, user, human, bot, assistant b, "
        "assistant a, model, chatgpt, robot, speaker, narrator, character, professor, tutor, "
        "interviewer, reader, agent, moderator, judge, referee, editor, reviewer, proctor, host, "
        " colleague, pupil, solver, player, parrot, oracle, cheater, fool, he, "
        "she, they, someone, somebody, anyone, everyone, nobody, people, critic, examiner, grader, "
        "knave, knight, opponent, troll, alien, villain, hero, mr, mrs, ms, dr, uncle, aunt, cousin"
    ),
    labels=phrases(
        "final, so, thus, hence, therefore, conclusion, in conclusion, step, solution, result, "
        "total, final step, final result, explanation, reasoning, calculation, check, "
        "verification, "
        "summary, finally, overall, note, part, question, problem, exercise, example, case, "
        "response, output, a, ans, q, we get, we find, we have, i get, i find, that is, namely, "
        "proof, final solution, final value, final response, thought, thoughts, work, working, "
        "steps, computation, derivation, analysis, approach, method, key, the key, in short, "
        "recap, "
        "tl;dr, bottom line, answer key, correct option, correct choice, choice, option"
    ),
    approves=phrases(
        "settles, settle, rules, rule, clues, clue, constraints, constraint, stated, put, done, "
        "double check, double-checked, checked, rechecked, every, this, that, it, the, my, our, a, an, final, "
        "answer, result, solution, value, number, "
        "total, is, are, was, were, correct, right, true, exact, exactly, verified, verifies, "
        "confirmed, confirms, checks, check, checked, out, works, work, indeed, yes, as, required, "
        "needed, requested, desired, expected, wanted, done, qed, q.e.d, so, and, therefore, thus, "
        "hence, i, i'm, we, hope, helps, help, let, me, know, if, you, you'd, you'll, have, "
        "questions, question, would, like, explanation, explained, thanks, "
        "thank, great, good, luck, happy, glad, to, feel, free, ask, need, want, see, "
        "method, step, by, with, all, conditions, condition, satisfies, satisfied, satisfy, given, "
        "both, equations, equation, problem, matches, match, consistent, fits, makes, sense, "
        "reasonable, sure, certain, confident, am, very, quite, about, in, of, be, can, also, "
        "here, "
        "above, which, what, asked, for, on, at, each, meets, holds, hold, complete, completes, "
        "concludes, proof, original, statement, simplified, form, simplest, its, lowest, terms, "
        "box, boxed, choice, option, letter, corresponds, our, now, please, best, cheers, enjoy, "
        "there, simplification, possible, unique, only, solutions, end, assist, "
        "assistance, just, details, detail, clarification, steps, well, left, side, sides, "
        "equal, equals, same, gives, desired, must, has, hope, believe, think, per, instructions, "
        "instruction, format, √, ✓, ok, okay, perfect, success, final, together, both, per, day, "
        "unit, units, because, since, doing, how, was, found, verify, verification, confirm, "
        "again, "
        "everything, consistent, them, are, next, time, fine, hope, might, could, 'd, integer, "
        "positive, smallest, largest, nice, beautiful, elegant, have a, day, happy, math, maths, "
        "learning, studying, solved, solving, reached, remains, of course, course, below, following, follows"
    ),
    tentative=phrases(
        "draft, estimated, estimate, rough, guess, guessed, attempt, tentative, preliminary, "
        "provisional, temporary, old, older, previous, prior, former, earlier, intermediate, "
        "partial, "
        "wrong, incorrect, false, bad, mistaken, erroneous, invalid, fake, dummy, placeholder, "
        "sample, "
        "example, hypothetical, tempting, naive, trap, decoy, distractor, unverified, unchecked, "
        "outdated, obsolete, rejected, discarded, opposite, unlikely, doubtful, suspicious, trial, "
        "projected, supposed, alleged, assumed, unrelated, approximate, subtotal, ballpark, "
        "imaginary "
        "friend, made-up, fictitious, invented, joke, forgetting, misreading, overlooking, mistaking, rumoured, rumored, excluding, alternative, buggy, broken, faulty, flawed, unchecked, todo, mistake, lie, candidate, misleading"
    ),
    otherwise=phrases(
        "first, initial, original, another, other, different, second, third, fourth, someone, "
        "somebody, else's, student, students, model's, typical, common, random, default, his, her, "
        "their, your, yesterday's, possible, potential, expected, worst, similar, current, some, "
        "any, "
        "every, one"
    ),
)
