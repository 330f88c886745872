"""One engine for every verdict: evaluation, scoring, training, the server and the adapters.

    from assay.harness.checking import Job, open_engine
    with open_engine("local") as engine:
        verdicts = engine.map([Job(task="math500", answer="42", completion="...")])

`jobs` says what is asked, `engine` shares and stores verdicts, `local` makes them on this machine
and `cluster` on a Ray cluster.
"""

from .engine import Engine, EngineCounts, engine_of, open_engine
from .jobs import Job, ResolvedJob, check_of
from .settings import EngineChoice, EngineSettings, opened_engine
from .verdicts import verdict_of

__all__ = [
    "Engine",
    "EngineChoice",
    "EngineCounts",
    "EngineSettings",
    "Job",
    "ResolvedJob",
    "check_of",
    "engine_of",
    "open_engine",
    "opened_engine",
    "verdict_of",
]
