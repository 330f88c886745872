"""How entries are called, and what a board says in one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from .groups import Entry

TIED = 4
"""Names that are spelled out among those tied for first."""


def settings_shown(entry: Entry) -> dict[str, str]:
    """The settings of an entry for people: temperature, samples, seed, token limit, date."""
    first = entry.runs[0]
    sampling = first.config.get("sampling") or {}
    seeds = [run.config.get("seed") for run in entry.runs]
    found = {
        "temperature": sampling.get("temperature"),
        "samples": first.config.get("samples"),
        "seed": ", ".join(str(seed) for seed in seeds if seed is not None) or None,
        "max tokens": sampling.get("max_tokens"),
        "revision": (first.manifest["model"].get("revision") or "")[:12] or None,
        "date": str(first.manifest.get("started", ""))[:10] or None,
        "rescored from": first.manifest.get("rescored_from"),
    }
    return {name: _shown(value) for name, value in found.items() if value is not None}


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def entry_names(entries: Sequence[Entry]) -> dict[str, str]:
    """The model of each entry, with the settings that tell entries of one model apart."""
    by_model: dict[str, list[Entry]] = {}
    for entry in entries:
        by_model.setdefault(entry.runs[0].model, []).append(entry)
    names: dict[str, str] = {}
    for model, same in by_model.items():
        shown = [settings_shown(entry) for entry in same]
        keys = list(dict.fromkeys(key for one in shown for key in one))
        differing = [key for key in keys if len({one.get(key) for one in shown}) > 1]
        for entry, one in zip(same, shown, strict=True):
            said = [_brief(key, one[key]) for key in differing if key in one]
            name = f"{model} ({', '.join(said[:2])})" if said and len(same) > 1 else model
            taken = name in names.values() or (len(same) > 1 and not said)
            names[entry.id] = f"{name} [{entry.id}]" if taken else name
    return names


def _brief(key: str, value: str) -> str:
    """A setting in a name, where room is short."""
    return {"temperature": f"T={value}", "samples": f"k={value}"}.get(key, f"{key} {value}")


def sentence(rows: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Who is first, and by how much, from the ranked rows of a group by entry."""
    order = sorted(rows, key=lambda id: (-rows[id]["accuracy"], id))
    if not order:
        return "No run here is finished and comparable, so nothing is ranked."
    if len(order) == 1:
        return f"{names[order[0]]} alone sat this: there is nothing to rank it against."
    first = [id for id in order if rows[id]["rank"]["best"] == 1]
    rest = [id for id in order if id not in first]
    if len(first) == 1:
        said = f"{names[first[0]]} is first"
    elif len(first) == len(order):
        return f"No test separates the {len(order)} entries: they are all tied for first."
    elif len(first) <= TIED:
        listed = ", ".join(names[id] for id in first[:-1])
        said = f"{listed} and {names[first[-1]]} are tied for first"
    else:
        said = f"{names[first[0]]} and {len(first) - 1} others are tied for first"
    gap = min(rows[id]["accuracy"] for id in first) - rows[rest[0]]["accuracy"]
    return f"{said}; ahead of the next by {100 * gap:.1f} points." if gap > 0 else f"{said}."
