"""Short programs whose printed output is to be predicted."""

import random

_NAMES = "abcdkmnpqtuvwxyz"


class _Writer:
    """Lines of a program under way, with the names of each type that exist so far."""

    def __init__(self, rng: random.Random, top: int) -> None:
        self.rng = rng
        self.top = top
        self.lines: list[str] = []
        self.names = rng.sample(_NAMES, len(_NAMES))
        self.kinds: dict[str, list[str]] = {"int": [], "list": [], "str": []}

    def fresh(self, kind: str) -> str:
        name = self.names.pop()
        self.kinds[kind].append(name)
        return name

    def pick(self, kind: str) -> str:
        return self.rng.choice(self.kinds[kind])

    def number(self) -> int:
        return self.rng.randint(1, self.top)

    def term(self) -> str:
        """A name or a number."""
        if self.kinds["int"] and self.rng.random() < 0.6:
            return self.pick("int")
        return str(self.number())

    def assign_int(self) -> None:
        left, right = self.term(), str(self.number())
        sign = self.rng.choice(["+", "-", "*"] if self.top <= 20 else ["+", "-", "*", "%", "//"])
        name = self.fresh("int")
        self.lines.append(f"{name} = {left} {sign} {right}")

    def new_int(self) -> None:
        self.lines.append(f"{self.fresh('int')} = {self.number()}")

    def new_list(self, length: int) -> None:
        values = [self.rng.randint(0, self.top) for _ in range(length)]
        self.lines.append(f"{self.fresh('list')} = {values}")

    def new_text(self, length: int) -> None:
        text = "".join(self.rng.choice("abcde") for _ in range(length))
        self.lines.append(f"{self.fresh('str')} = '{text}'")

    def change_list(self) -> None:
        name, k = self.pick("list"), self.number()
        self.lines.append(
            self.rng.choice(
                [f"{name}.append({k})", f"{name} = {name}[::-1]", f"{name} = {name}[1:]",
                 f"{name} = sorted({name})", f"{name} = [i + {k} for i in {name}]",
                 f"{name}.insert(0, {k})", f"{name} = {name} + [{k}]"]
            )
        )  # fmt: skip

    def change_text(self) -> None:
        name = self.pick("str")
        a, b = self.rng.sample("abcde", 2)
        self.lines.append(
            self.rng.choice(
                [f"{name} = {name}[::-1]", f"{name} = {name} + '{a}{b}'",
                 f"{name} = {name}.replace('{a}', '{b}')", f"{name} = {name}[1:] + {name}[0]",
                 f"{name} = {name}.upper()", f"{name} = ''.join(sorted({name}))"]
            )
        )  # fmt: skip

    def branch(self) -> None:
        name, k = self.pick("int"), self.number()
        test = self.rng.choice([f"{name} > {k}", f"{name} % 2 == 0", f"{name} < {k}"])
        one, two = self.rng.sample(
            [f"{name} += {k}", f"{name} -= 2", f"{name} *= 2", f"{name} = {k}"], 2
        )
        self.lines += [f"if {test}:", f"    {one}", "else:", f"    {two}"]

    def loop(self, nested: bool) -> None:
        total, k = self.pick("int"), self.rng.randint(2, 4)
        if self.kinds["list"] and self.rng.random() < 0.6:
            self.lines.append(f"for i in {self.pick('list')}:")
        else:
            self.lines.append(f"for i in range({self.rng.randint(2, 5 if nested else 6)}):")
        if nested and self.rng.random() < 0.5:
            self.lines += [
                f"    for j in range({k}):",
                f"        {total} += i * j - {self.rng.randint(0, 3)}",
            ]
        elif self.rng.random() < 0.5:
            self.lines += [
                f"    if i % {k} == 0:",
                f"        {total} += i",
                "    else:",
                f"        {total} -= 1",
            ]
        else:
            value = self.rng.choice([f"{total} + i", f"{total} * 2 - i", f"i - {total}"])
            self.lines.append(f"    {total} = {value}")

    def while_loop(self) -> None:
        name, limit = self.fresh("int"), self.rng.randint(20, 120)
        total = self.fresh("int")
        self.lines += [
            f"{name} = {self.rng.randint(1, 9)}", f"{total} = 0", f"while {name} < {limit}:",
            f"    {name} = {name} * {self.rng.randint(2, 3)} + {self.rng.randint(0, 3)}",
            f"    {total} += {name} % {self.rng.randint(3, 9)}",
        ]  # fmt: skip

    def recursion(self) -> None:
        k, m, base = self.rng.randint(1, 3), self.rng.randint(2, 9), self.rng.randint(1, 9)
        seed = self.term()
        name = self.fresh("int")
        self.lines = [
            "def g(n, s):", f"    if n < {k}:", f"        return s + {base}",
            f"    return g(n - {k}, s * 2 - n) % {m * 10 + 7}", *self.lines,
            f"{name} = g({self.rng.randint(4, 9)}, {seed})",
        ]  # fmt: skip

    def print_out(self, kinds: list[str]) -> str:
        kind = self.rng.choice([kind for kind in kinds if self.kinds[kind]])
        self.lines.append(f"print({self.kinds[kind][-1]})")
        return "\n".join(self.lines)


def draw_program(rng: random.Random, difficulty: int) -> str:
    """A program of a difficulty from 1 (one sum) to 7 (recursion, loops in loops)."""
    if difficulty == 1:
        writer = _Writer(rng, 20)
        writer.new_int()
        writer.assign_int()
        return writer.print_out(["int"])
    if difficulty == 2:
        writer = _Writer(rng, 20)
        writer.new_int()
        for _ in range(rng.randint(2, 3)):
            writer.assign_int()
        return writer.print_out(["int"])
    writer = _Writer(rng, {3: 20, 4: 30}.get(difficulty, 60))
    writer.new_int()
    if difficulty == 3:
        (writer.new_list if rng.random() < 0.5 else writer.new_text)(rng.randint(3, 5))
        for _ in range(2):
            (writer.change_list if writer.kinds["list"] else writer.change_text)()
        return writer.print_out(["list", "str"])
    writer.new_list(rng.randint(3, 4 + difficulty // 2))
    if difficulty == 4:
        writer.branch()
        writer.loop(nested=False)
        return writer.print_out(["int"])
    writer.change_list()
    for _ in range(difficulty - 3):
        step = rng.choice([writer.branch, writer.change_list, writer.assign_int])
        step()
    writer.loop(nested=difficulty > 5)
    if difficulty > 5:
        writer.while_loop()
        writer.loop(nested=True)
        writer.change_list()
    if difficulty > 6:
        writer.recursion()
        writer.branch()
    writer.lines.append(
        f"print({', '.join(sorted(writer.kinds['int'])[:2])}, {writer.pick('list')})"
    )
    return "\n".join(writer.lines)
