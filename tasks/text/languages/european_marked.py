"""European languages of which only the statement of a bare value is known."""

from .table import Language, phrases, values


def _marked(code: str, answer: str, lead: str = "", link: str = "", **more: str) -> Language:
    """A language of which only the statement of a bare value is known."""
    return Language(
        code=code,
        answer=phrases(answer),
        lead=phrases(lead),
        link=phrases(link),
        after=phrases(more.get("after", "")),
        minus=phrases(more.get("minus", "")),
        percent=phrases(more.get("percent", "")),
        scales=values(more["scales"]) if "scales" in more else {},
        doubt=phrases(more.get("doubt", "")),
    )


POLISH = _marked(
    "pl", "odpowiedź, wynik", "ostateczna, zatem, więc", "to, wynosi, brzmi",
    scales="tysiąc tysiące tysięcy=1000; milion miliony milionów=1000000", percent="procent",
    minus="minus", doubt="nie, lub, albo, około, prawie",
)  # fmt: skip
DUTCH = _marked(
    "nl", "antwoord, eindantwoord", "het, dus, juiste, definitieve", "is, luidt, is dus",
    scales="duizend=1000; miljoen=1000000", percent="procent", minus="min",
    doubt="niet, geen, of, ongeveer, bijna",
)  # fmt: skip
SWEDISH = _marked("sv", "svar, svaret", "det, alltså, slutligt", "är, blir")
CZECH = _marked("cs", "odpověď", "správná, tedy", "je, zní")
ROMANIAN = _marked("ro", "răspuns, răspunsul, raspuns, raspunsul", "deci, prin urmare", "este, e",
                   after="final, corect")  # fmt: skip
FINNISH = _marked("fi", "vastaus", "lopullinen, oikea, siis", "on")
GREEK = _marked("el", "απάντηση", "η, τελική, άρα, επομένως", "είναι")
DANISH = _marked("da", "svaret", "så, altså", "er")
HUNGARIAN = _marked("hu", "válasz, a válasz", "tehát, végső", "")
UKRAINIAN = _marked("uk", "відповідь", "отже, остаточна", "є, -, –, —")
