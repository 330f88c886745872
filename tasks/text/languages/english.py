"""English."""

from .table import Language, phrases, values

ENGLISH = Language(
    code="en",
    answer=phrases("answer, answers, solution, solutions, result, results, ans"),
    lead=phrases(
        "the, my, our, a, final, correct, right, best, exact, overall, numerical, simplified, "
        "required, desired, requested, complete, so, thus, hence, therefore, then, now, and, "
        "finally, that, i think, i believe, i am confident, i'm confident, we conclude, "
        "i conclude, we see, we find, we get, we have, which means, this means, it follows, "
        "this gives, which gives, giving, in conclusion, in summary, to conclude, as a result, "
        "consequently, accordingly, i'm not sure but, i am not sure but, not sure but, this is, "
        "here is, here's, actually, indeed, clearly, but, i'd say, i say, unique, only, "
        "i get, i am sure, i'm sure, i am certain, i'm certain, on reflection, upon reflection, "
        "on second thought, perhaps, maybe, probably, yes, wait, ok, okay, well, "
        "numeric, single, short, corrected, revised, updated, concluding, full, in short, "
        "after all, all in all, together, summing up, in the end, altogether"
    ),
    after=phrases("therefore, thus, hence, here, then, we seek, we want, sought, in total"),
    link=phrases(
        "is, are, was, were, be, must be, should be, would be, will be, can only be, has to be, "
        "could be, may be, equals, equal, is equal to, are equal to, turns out to be, comes out to "
        "be, comes out to, comes out as, works out to, works out to be, comes to, becomes, "
        "is given by, is therefore, is then, is thus, is hence, is simply, is exactly, is indeed, "
        "is precisely, is just, is clearly, is found to be, is that, reads, is most likely, "
        "is likely, is probably, is definitely, is for sure, is certainly, is obviously, to be, "
        "is option, is choice, is as follows, is now, is still, is finally, remains, stands at, "
        "is actually, is really, is going to be, amounts to, would therefore be, must therefore be"
    ),
    percent=phrases("percent, per cent, pct, percentage"),
    scales=values(
        "hundred hundreds=100; thousand thousands k=1000; million millions M=1000000; "
        "billion billions=1000000000; trillion trillions=1000000000000; dozen dozens=12; "
        "score=20; gross=144; lakh lakhs=100000; crore crores=10000000; tens=10"
    ),
    nouns="plural",
)
