"""More inputs for a program, like those it is tested with.

What holds of every example holds of every new input: order, sign, length, letters, and how the
arguments go together (a length that is passed beside its list). So inputs stay inside a contract
that nobody wrote down, at the price of leaving out some that it allows.
"""

import ast
import copy
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Arguments = tuple[Any, ...]
_TRIES = 12
_LONGEST = 400
FEW = 3
"""With fewer examples, what may be chance is not taken for part of the contract."""
_CHANCE = re.compile(
    r"length \d|\d of |even|odd|repeats|below \d|digits or more|palindrome|same (?:length|size)|"
    r"divides|longer|less|at most|two or more|three or more|starts|contains|one letter|two letters"
)


def examples_in(texts: Iterable[str], names: Sequence[str]) -> list[Arguments]:
    """The literal arguments of the calls of these functions in Python texts, each once."""
    found: dict[str, Arguments] = {}
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in names and not node.keywords:
                try:
                    values = tuple(ast.literal_eval(one) for one in node.args)
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    continue
                found.setdefault(repr(values), values)
    return list(found.values())


def variations(examples: Sequence[Arguments], rng: random.Random, most: int) -> list[Arguments]:
    """Up to `most` new argument tuples of which everything holds that holds of all examples."""
    arities = [len(example) for example in examples]
    usual = max(set(arities), key=arities.count, default=0)
    kept = [example for example in examples if len(example) == usual]
    if not kept or usual == 0:
        return []
    columns = list(zip(*kept, strict=True))
    facts = [_common(column) for column in columns]
    relations = _common_relations(kept)
    if len(kept) < FEW:
        facts = [{fact for fact in held if not _CHANCE.search(fact)} for held in facts]
        relations = {relation for relation in relations if not _CHANCE.search(relation)}
    found: dict[str, Arguments] = {}
    known = {repr(example) for example in examples}
    for _ in range(most * _TRIES):
        if len(found) >= most:
            break
        made = _changed(list(copy.deepcopy(rng.choice(kept))), columns, relations, rng)
        text = repr(tuple(made))
        if text in known or text in found or len(text) > _LONGEST:
            continue
        if _holds(made, facts, relations):
            found[text] = tuple(made)
    return list(found.values())


def _changed(
    values: list[Any], columns: Sequence[Sequence[Any]], relations: set[str], rng: random.Random
) -> list[Any]:
    for position in rng.sample(range(len(values)), rng.randint(1, len(values))):
        if rng.random() < 0.3:
            values[position] = copy.deepcopy(rng.choice(columns[position]))
        for _ in range(rng.randint(1, 3)):
            values[position] = _mutated(values[position], columns[position], rng)
    for relation in relations:
        name, _, places = relation.partition(":")
        if name == "length":
            holder, number = map(int, places.split(","))
            values[number] = len(values[holder])
    return values


def _mutated(value: Any, pool: Sequence[Any], rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        top = max((abs(one) for one in pool if type(one) is int), default=10)
        return rng.choice((value + 1, value - 1, value * 2, rng.randint(-2 * top - 3, 2 * top + 3)))
    if isinstance(value, float):
        return rng.choice((value + 1.0, value - 1.0, value / 2, value * 2, -value))
    if isinstance(value, str):
        return "".join(_mutated_items(list(value), _letters(pool), rng))
    if isinstance(value, list):
        return _mutated_items(value, _items(pool), rng)
    if isinstance(value, tuple):
        return tuple(_mutated_items(list(value), _items(pool), rng, rng.random() < 0.7))
    if isinstance(value, set):
        return set(_mutated_items(sorted(value, key=repr), _items(pool), rng))
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        return {**value, key: _mutated(value[key], list(value.values()), rng)}
    return value


def _mutated_items(
    items: list[Any], pool: Sequence[Any], rng: random.Random, same_length: bool = False
) -> list[Any]:
    ways = ["swap", "change", "replace"] + ([] if same_length else ["drop", "add", "repeat", "cut"])
    way = rng.choice(ways)
    if not items:
        return [rng.choice(pool)] if pool and not same_length else items
    at = rng.randrange(len(items))
    if way == "swap":
        other = rng.randrange(len(items))
        items[at], items[other] = items[other], items[at]
    elif way == "change":
        items[at] = _mutated(items[at], items, rng) if not isinstance(items[at], str) or len(
            items[at]) != 1 else rng.choice(pool or items)  # fmt: skip
    elif way == "replace":
        items[at] = copy.deepcopy(rng.choice(pool or items))
    elif way == "drop":
        del items[at]
    elif way == "cut":
        del items[at:]
    else:
        items.insert(at, copy.deepcopy(items[at] if way == "repeat" else rng.choice(pool or items)))
    return items


def _letters(pool: Sequence[Any]) -> list[str]:
    return sorted({letter for text in pool if isinstance(text, str) for letter in text})


def _items(pool: Sequence[Any]) -> list[Any]:
    held = [one for value in pool if isinstance(value, list | tuple | set) for one in value]
    return sorted(held, key=repr)


def _holds(values: Sequence[Any], facts: Sequence[set[str]], relations: set[str]) -> bool:
    try:
        fit = all(held <= _facts(value) for value, held in zip(values, facts, strict=True))
        return fit and relations <= _relations(values)
    except (TypeError, ValueError, OverflowError):
        return False


def _common(values: Sequence[Any]) -> set[str]:
    return set.intersection(*(_facts(value) for value in values))


def _facts(value: Any) -> set[str]:
    """What is true of one value, as short names; parts of containers are pooled."""
    kind = f"type {type(value).__name__}"
    if isinstance(value, bool) or value is None:
        return {kind}
    if isinstance(value, int | float):
        return {kind, *_named(_of_number(value))}
    if isinstance(value, str):
        return {kind, *_named(_of_text(value))}
    if isinstance(value, list | tuple | set | frozenset):
        items = list(value)
        return {kind, *_named(_of_items(items)), *_pooled("each", items)}
    if isinstance(value, dict):
        size = _named({"not empty": bool(value)})
        keys, held = _pooled("key", list(value)), _pooled("value", list(value.values()))
        return {kind, *size, *keys, *held}
    return {kind}


def _named(tests: Mapping[str, bool]) -> Iterator[str]:
    return (name for name, true in tests.items() if true)


def _of_number(value: float) -> dict[str, bool]:
    return {
        "at least 0": value >= 0, "positive": value > 0, "negative": value < 0,
        "at least 2": value >= 2, "below 10": abs(value) < 10, "below 1000": abs(value) < 1000,
        "below a million": abs(value) < 10**6, "even": value % 2 == 0, "odd": value % 2 == 1,
        "whole": value == int(value), "two digits or more": abs(value) >= 10,
        "below 128": value < 128,
    }  # fmt: skip


def _of_text(text: str) -> dict[str, bool]:
    words = text.split(" ")
    tests = {
        "not empty": bool(text), "one letter": len(text) == 1, "lower": text == text.lower(),
        "upper": text == text.upper(), "letters": text.isalpha(), "digits": text.isdigit(),
        "letters or digits": text.isalnum(), "ascii": text.isascii(), "no space": " " not in text,
        "a space": " " in text, "single spaces": all(words), "palindrome": text == text[::-1],
        "whole number": text.lstrip("-").isdigit(), "stripped": text == text.strip(),
        "bits": set(text) <= {"0", "1"}, "two letters": len(text) > 1,
        "no leading 0": not text.startswith("0"), "starts upper": text[:1].isupper(),
        "starts with a letter": text[:1].isalpha(), "even length": len(text) % 2 == 0,
    }  # fmt: skip
    # Separators, brackets and signs stand where a format wants them.
    marks = {letter for letter in text if not letter.isalnum()}
    counts = {f"{text.count(mark)} of {mark!r}": True for mark in marks}
    none = {f"no {mark!r}": mark not in text for mark in "()[]{}<>,;:.-+*/_@#\"'\n\t!?"}
    brackets = {"balanced words": all(map(_balanced, words)), "balanced": _balanced(text)}
    return tests | none | counts | brackets


def _balanced(text: str) -> bool:
    waiting = []
    for letter in text:
        if letter in "([{":
            waiting.append(letter)
        elif letter in ")]}" and (not waiting or waiting.pop() + letter not in ("()", "[]", "{}")):
            return False
    return not waiting


def _of_items(items: list[Any]) -> dict[str, bool]:
    distinct = len({repr(item) for item in items}) == len(items)
    tests = {
        "not empty": bool(items), "two or more": len(items) > 1, "three or more": len(items) > 2,
        "distinct": distinct, "repeats": not distinct, f"length {len(items)}": True,
        "even length": len(items) % 2 == 0, "odd length": len(items) % 2 == 1,
    }  # fmt: skip
    sizes = {len(item) for item in items if isinstance(item, list | tuple | str)}
    tests["same sizes"] = len(sizes) < 2
    types = {type(item) for item in items}
    tests["one type"] = len(types) < 2
    if types <= {int, float} or types == {str}:
        ordered = sorted(items)
        tests |= {"rising": items == ordered, "falling": items == ordered[::-1]}
    return tests


def _pooled(prefix: str, items: Sequence[Any]) -> set[str]:
    """What is true of every item. Nothing is known of the items of an empty container."""
    return {f"{prefix}: {fact}" for fact in _common(items)} if items else set()


def _common_relations(examples: Sequence[Arguments]) -> set[str]:
    return set.intersection(*(_relations(example) for example in examples))


def _relations(values: Sequence[Any]) -> set[str]:
    """How the arguments of one call go together."""
    found = set()
    for i, one in enumerate(values):
        for j, two in enumerate(values):
            if i != j:
                found |= {f"{name}:{i},{j}" for name in _named(_of_pair(one, two))}
    return found


def _of_pair(one: Any, two: Any) -> dict[str, bool]:
    number = isinstance(two, int | float) and not isinstance(two, bool)
    if isinstance(one, int | float) and number:
        return {"less": one < two, "at most": one <= two, "divides": bool(one) and two % one == 0}
    if isinstance(one, list | tuple | str | set | dict):
        tests = {"length": number and two == len(one), "within": number and 0 <= two <= len(one),
                 "index": number and 0 <= two < len(one)}  # fmt: skip
        if isinstance(two, list | tuple | str):
            tests |= {"same length": len(one) == len(two), "longer": len(one) >= len(two)}
        if isinstance(one, str):
            tests["contains"] = isinstance(two, str) and two in one
        elif not isinstance(one, dict | set) or isinstance(two, int | str):
            tests["contains"] = two in one
        return tests
    return {}
