"""European languages of which only the statement of a bare value is known."""

from .table import Language, phrases, values


def _marked(
    code: str, answer: str, lead: str = "", link: str = "", bare: bool = False, **more: str
) -> Language:
    """A language of which only the statement of a bare value is known."""
    return Language(
        code=code,
        answer=phrases(answer),
        lead=phrases(lead),
        link=phrases(link),
        bare_link=bare,
        bare_closes=bare,
        after=phrases(more.get("after", "")),
        minus=phrases(more.get("minus", "")),
        percent=phrases(more.get("percent", "")),
        scales=values(more["scales"]) if "scales" in more else {},
        doubt=phrases(more.get("doubt", "")),
    )


POLISH = _marked(
    "pl", "odpowiedź, wynik", "ostateczna, zatem, więc", "to, wynosi, brzmi",
    scales="tuzin tuziny tuzinów=12; tysiąc tysiące tysięcy=1000; milion miliony milionów=1000000; tys=1000; mln=1000000; mld=1000000000", percent="procent",
    minus="minus", doubt="nie, lub, albo, około, prawie",
)  # fmt: skip
DUTCH = _marked(
    "nl", "antwoord, eindantwoord", "het, dus, daarom, is, juiste, definitieve",
    "is, luidt, is dus", bare=True,
    scales="dozijn=12; duizend=1000; miljoen=1000000; miljard=1000000000; mln=1000000; mld mrd=1000000000", percent="procent", minus="min",
    doubt="niet, geen, of, ongeveer, bijna",
)  # fmt: skip
SWEDISH = _marked(
    "sv", "svar, svaret", "det, alltså, därför, är, blir, slutligt", "är, blir", bare=True,
    percent="procent", minus="minus",
    scales="tusen=1000; miljon miljoner=1000000; miljard miljarder=1000000000; dussin=12",
)  # fmt: skip
CZECH = _marked(
    "cs", "odpověď", "správná, tedy", "je, zní", percent="procent, procenta", minus="minus",
    scales="tisíc tisíce=1000; milion miliony milionů=1000000; miliarda miliardy miliard=1000000000; "
    "tucet tucty tuctů=12; tis=1000; mil=1000000; mld=1000000000",
)  # fmt: skip
ROMANIAN = _marked("ro", "răspuns, răspunsul, raspuns, raspunsul", "deci, prin urmare", "este, e",
                   after="final, corect", percent="procente", minus="minus",
                   scales="mie mii=1000; milion milioane=1000000; miliard miliarde=1000000000; "
                   "duzină duzini=12")  # fmt: skip
FINNISH = _marked(
    "fi", "vastaus", "lopullinen, oikea, siis", "on", percent="prosenttia", minus="miinus",
    scales="tuhat tuhatta=1000; miljoona miljoonaa=1000000; miljardi miljardia=1000000000; "
    "tusina tusinaa=12",
)  # fmt: skip
GREEK = _marked(
    "el", "απάντηση", "η, τελική, άρα, επομένως", "είναι", minus="μείον, πλην",
    scales="χιλιάδες=1000; εκατομμύριο εκατομμύρια=1000000; δισεκατομμύρια=1000000000; "
    "ντουζίνα ντουζίνες=12", percent="τοις εκατό",
)  # fmt: skip
DANISH = _marked(
    "da", "svaret", "så, altså, derfor, er, bliver", "er, bliver", bare=True,
    percent="procent", minus="minus",
    scales="tusind tusinde=1000; million millioner=1000000; milliard milliarder=1000000000; dusin=12",
)  # fmt: skip
HUNGARIAN = _marked(
    "hu", "válasz, a válasz", "tehát, végső", "", percent="százalék", minus="mínusz",
    scales="ezer=1000; millió=1000000; milliárd=1000000000; tucat=12",
)  # fmt: skip
UKRAINIAN = _marked(
    "uk", "відповідь", "отже, остаточна", "є, -, –, —", percent="відсотків, відсотки",
    minus="мінус",
    scales="тисяча тисячі тисяч=1000; мільйон мільйони мільйонів=1000000; дюжина дюжини=12; "
    "мільярд мільярди мільярдів=1000000000; тис=1000; млн=1000000; млрд=1000000000",
)  # fmt: skip
