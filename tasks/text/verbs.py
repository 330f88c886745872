"""English verbs whose object is an amount: "has 5", "earns 5 dollars", "takes 5 minutes"."""

from .vocabulary import vocabulary

_STEMS = vocabulary(
    "have make spend pay need earn sell buy eat read win change travel drive walk run take "
    "cost weigh save get receive give contain hold bake cook drink use want own collect "
    "complete score raise grow plant pick carry work sleep study write play watch visit "
    "attend meet finish cover fly swim bike cycle ride climb lift deliver pack fill produce "
    "build paint print type draw cut sew knit wash clean donate lend borrow owe charge "
    "deposit invest lose find catch share split send bring gain gather harvest order burn "
    "consume measure last serve download upload gross net become remain equal leave require "
    "yield generate create return obtain keep put place remove throw feed milk lay hatch "
    "breed adopt teach learn solve answer drop rise increase decrease decline fall shrink "
    "stretch see count invite host include include provide offer sit stand live stay wait "
    "rest pass move jump hike jog sail row paddle assemble fold load unload stack sort label "
    "ship mail post store hire employ train enroll graduate join recruit rent lease bid tip "
    "budget accumulate amass attract reach use borrow cost spread pour mix add combine cross "
    "span occupy house seat accept admit accommodate hold mow shovel rake dig plow water trim "
    "prune cultivate pluck shear catch hunt fish trap rescue cure treat examine inspect test "
    "grade mark tutor coach practice rehearse perform sing dance film record photograph snap "
    "edit publish post tweet blog email text call dial phone ring win bet gamble trade "
    "exchange swap redeem refund claim bill invoice tax deduct withdraw transfer wire charge "
    "swipe scan copy fax come amount work do stock possess feature display show handle "
    "process repair fix mend replace install recycle discard dispose toss pile bury cost need "
    "want crave enjoy like bring haul tow transport convey carry shop visit tour camp pitch "
    "bat throw kick shoot strike land sink dunk assist rebound block tackle rush purchase "
    "acquire snatch grab select choose assign allot allocate distribute hand slice chop dice "
    "peel grate boil fry roast grill barbecue brew ferment distill bottle can jar preserve "
    "freeze thaw heat cool charge"
)
_IRREGULAR = vocabulary(
    "has had made spent paid sold bought ate eaten read won drove driven ran took taken got "
    "gotten gave given held drank wrote written met flew flown swam rode grew grown drew cut "
    "lent lost found caught sent brought left kept put threw thrown fed laid bred taught "
    "became rose fell fallen saw sat stood dug sang bet cost dealt built wore slept stuck "
    "shot struck sank came comes came broke spread wound did done does shown chose chosen "
    "froze"
)


def _forms(stem: str) -> set[str]:
    if stem.endswith("e"):
        return {stem, f"{stem}s", f"{stem}d", f"{stem[:-1]}ing"}
    if stem.endswith("y") and stem[-2] not in "aeiou":
        return {stem, f"{stem[:-1]}ies", f"{stem[:-1]}ied", f"{stem}ing"}
    doubled = stem + stem[-1]
    ending = "es" if stem.endswith(("s", "sh", "ch", "x", "o", "z")) else "s"
    return {stem, stem + ending, f"{stem}ed", f"{stem}ing", f"{doubled}ed", f"{doubled}ing"}


COPULAS = vocabulary("is are was were be equals equal been becomes")
AMOUNT_VERBS = frozenset({form for stem in _STEMS for form in _forms(stem)} | set(_IRREGULAR))
"""Every form of the verbs; none compares, divides or takes away from its object."""
