"""Geometry with exact answers: areas, lengths, circles, solids, coordinates."""

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import ClassVar

from ..suite import Draft
from .generating import MathSuite, pose, show
from .generating.surds import Surd

_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41))
_EXACT = "the exact value"
Point = tuple[int, int]


class Geometry(MathSuite):
    """Measure figures exactly.

    Levels: 1 area and perimeter of a rectangle; 2 areas of trapezoids;
    3 right triangles with whole sides; 4 volumes of pipes in terms of pi; 5 distances as
    surds; 6 areas of polygons by coordinates; 7 Heron's formula; 8 perimeters of
    triangles as sums of surds; 9 squared circumradii and 10 circumcentres by coordinates.
    """

    name = "geometry"
    difficulties = range(1, 11)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 118, 3: 124}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        return _KINDS[difficulty](rng)

    def plausible(self, difficulty: int) -> range:
        return range(1, 101)


def _rectangle(rng: random.Random) -> Draft:
    a, b = rng.randrange(2, 13), rng.randrange(2, 13)
    if rng.random() < 0.5:
        question = f"What is the area of a {a} by {b} rectangle?"
        return pose(question, a * b, [f"{a}*{b}={a * b}"])
    question = f"What is the perimeter of a {a} by {b} rectangle?"
    return pose(question, 2 * (a + b), [f"{a}+{b}={a + b}", f"2*{a + b}={2 * (a + b)}"])


def _trapezoid(rng: random.Random) -> Draft:
    a, b, h = rng.randrange(2, 60), rng.randrange(2, 60), 2 * rng.randrange(2, 40)
    steps = [f"{a}+{b}={a + b}", f"{a + b}*{h}={(a + b) * h}"]
    steps.append(f"{(a + b) * h}/2={(a + b) * h // 2}")
    question = f"A trapezoid has parallel sides {a} and {b} and height {h}. What is its area?"
    return pose(question, (a + b) * h // 2, steps)


def _pythagoras(rng: random.Random) -> Draft:
    (a, b, c), k = rng.choice(_TRIPLES), rng.randrange(1, 25)
    a, b, c = a * k, b * k, c * k
    if rng.random() < 0.5:
        question = f"A right triangle has legs {a} and {b}. How long is the hypotenuse?"
        steps = [f"{a}^2+{b}^2={a * a}+{b * b}={c * c}", f"sqrt({c * c})={c}"]
        return pose(question, c, steps)
    question = f"A right triangle has a leg {a} and the hypotenuse {c}. How long is the other leg?"
    return pose(question, b, [f"{c}^2-{a}^2={c * c}-{a * a}={b * b}", f"sqrt({b * b})={b}"])


def _times_pi(value: Fraction | int) -> str:
    shown = show(value)
    return "pi" if shown == "1" else (f"{shown}*pi" if "/" not in shown else f"({shown})*pi")


def _ring(rng: random.Random) -> Draft:
    r = rng.randrange(2, 40)
    outer, h = r + rng.randrange(1, 20), rng.randrange(2, 40)
    area, volume = outer * outer - r * r, (outer * outer - r * r) * h
    question = (
        f"A pipe of length {h} has inner radius {r} and outer radius {outer}. "
        "What is the volume of its material?"
    )
    steps = [
        f"{outer}^2={outer * outer}, {r}^2={r * r}",
        f"{outer * outer}-{r * r}={area}",
        f"{area}*{h}={volume}, times pi",
    ]
    return pose(question, _times_pi(volume), steps, _EXACT, literal=False)


def _point(rng: random.Random, size: int) -> Point:
    return rng.randrange(-size, size + 1), rng.randrange(-size, size + 1)


def _squared(p: Point, q: Point) -> int:
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def _distance_steps(p: Point, q: Point) -> list[str]:
    dx, dy = abs(p[0] - q[0]), abs(p[1] - q[1])
    total = _squared(p, q)
    return [
        f"differences {dx} and {dy}",
        f"{dx}^2+{dy}^2={dx * dx}+{dy * dy}={total}",
        f"sqrt({total})={Surd.of(total)}",
    ]


def _distance(rng: random.Random) -> Draft:
    while True:
        p, q = _point(rng, 40), _point(rng, 40)
        if p != q:
            break
    question = f"What is the distance from {p} to {q}?"
    answer = str(Surd.of(_squared(p, q)))
    steps = _distance_steps(p, q)
    return pose(question, answer, steps, "the exact distance", literal=False)


def _doubled_area(points: list[Point]) -> tuple[int, list[str]]:
    total, steps = 0, []
    for (a, b), (c, d) in zip(points, [*points[1:], points[0]], strict=True):
        steps.append(f"{a}*{_signed(d)}-{_signed(c)}*{_signed(b)}={a * d - c * b}")
        total += a * d - c * b
    return total, [*steps, f"sum {total}"]


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _polygon_points(rng: random.Random, count: int, size: int) -> list[Point]:
    """Points in order of their angle about an inner point, so that the outline never crosses."""
    while True:
        points = list({_point(rng, size): None for _ in range(count)})
        centre = (sum(p[0] for p in points), sum(p[1] for p in points))
        n = len(points)
        shifted = [(p[0] * n - centre[0], p[1] * n - centre[1]) for p in points]
        ordered = sorted(range(n), key=lambda i: math.atan2(shifted[i][1], shifted[i][0]))
        turns = [
            shifted[a][0] * shifted[b][1] - shifted[b][0] * shifted[a][1]
            for a, b in zip(ordered, [*ordered[1:], ordered[0]], strict=True)
        ]
        if n == count and min(turns) > 0:
            return [points[i] for i in ordered]


def _listed(points: list[Point]) -> str:
    return ", ".join(str(point) for point in points)


def _polygon(rng: random.Random) -> Draft:
    points = _polygon_points(rng, 5, 30)
    doubled, steps = _doubled_area(points)
    area = Fraction(abs(doubled), 2)
    steps.append(f"{abs(doubled)}/2={show(area)}")
    question = f"What is the area of the polygon with vertices {_listed(points)}, in this order?"
    form = "an integer or a fraction in lowest terms"
    return pose(question, area, steps, form)


def _triangle(rng: random.Random, size: int) -> list[Point]:
    while True:
        points = [_point(rng, size) for _ in range(3)]
        if _doubled_area(points)[0]:
            return points


def _perimeter(rng: random.Random) -> Draft:
    points = _triangle(rng, 60)
    sums: dict[int, int] = {}
    steps = []
    for p, q in zip(points, [*points[1:], points[0]], strict=True):
        surd = Surd.of(_squared(p, q))
        steps += [f"from {p} to {q}:", *_distance_steps(p, q)]
        sums[surd.inside] = sums.get(surd.inside, 0) + surd.outside
    answer = " + ".join(str(Surd(outside, inside)) for inside, outside in sorted(sums.items()))
    question = f"What is the perimeter of the triangle with vertices {_listed(points)}?"
    return pose(question, answer, [*steps, f"sum {answer}"], _EXACT, literal=False)


def _heron(rng: random.Random) -> Draft:
    """Three triangles: the sum of their areas, each by Heron's formula."""
    total: dict[int, Fraction] = {}
    steps, shown = [], []
    for _ in range(3):
        while True:
            a, b, c = (rng.randrange(5, 40) for _ in range(3))
            if a + b > c and b + c > a and c + a > b:
                break
        product = (a + b + c) * (-a + b + c) * (a - b + c) * (a + b - c)
        surd = Surd.of(product)
        steps.append(f"{a + b + c}*{b + c - a}*{a + c - b}*{a + b - c}={product}")
        steps.append(f"sqrt({product})={surd}, area {_over_four(surd)}")
        total[surd.inside] = total.get(surd.inside, Fraction(0)) + Fraction(surd.outside, 4)
        shown.append(f"{a}, {b}, {c}")
    answer = " + ".join(_scaled(factor, inside) for inside, factor in sorted(total.items()))
    question = f"Three triangles have the sides {'; '.join(shown)}. What is the sum of their areas?"
    return pose(question, answer, [*steps, f"sum {answer}"], _EXACT, literal=False)


def _over_four(surd: Surd) -> str:
    return _scaled(Fraction(surd.outside, 4), surd.inside)


def _scaled(factor: Fraction, inside: int) -> str:
    if inside == 1:
        return show(factor)
    root = f"sqrt({inside})"
    if factor == 1:
        return root
    return f"{show(factor)}*{root}" if factor.denominator == 1 else f"({show(factor)})*{root}"


def _circumradius(rng: random.Random) -> Draft:
    points = _triangle(rng, 60)
    doubled, area_steps = _doubled_area(points)
    squares = [_squared(p, q) for p, q in zip(points, [*points[1:], points[0]], strict=True)]
    result = Fraction(math.prod(squares), 4 * doubled * doubled)
    steps = []
    for p, q in zip(points, [*points[1:], points[0]], strict=True):
        steps.append(f"from {p} to {q}: squared length {_squared(p, q)}")
    steps += [f"twice the area: {line}" for line in area_steps]
    steps.append(f"{'*'.join(map(str, squares))}={math.prod(squares)}")
    steps.append(f"4*{abs(doubled)}^2={4 * doubled * doubled}, R^2 = {show(result)}")
    question = f"What is the square of the radius of the circle through {_listed(points)}?"
    return pose(question, result, steps, "an integer or a fraction in lowest terms")


def _circumcentre(rng: random.Random) -> Draft:
    points = _triangle(rng, 200)
    (ax, ay), (bx, by), (cx, cy) = points
    steps, rows = [], []
    for qx, qy in ((bx, by), (cx, cy)):
        p, q, total = 2 * (qx - ax), 2 * (qy - ay), qx * qx + qy * qy - ax * ax - ay * ay
        steps.append(f"equal distance from ({ax}, {ay}) and ({qx}, {qy}):")
        steps.append(f"2*({qx}-{_signed(ax)})={p}, 2*({qy}-{_signed(ay)})={q}")
        steps.append(f"{qx * qx}+{qy * qy}-{ax * ax}-{ay * ay}={total}")
        steps.append(f"{p}*x + {_signed(q)}*y = {total}")
        rows.append((p, q, total))
    (p, q, r), (s, t, u) = rows
    det = p * t - q * s
    x, y = Fraction(r * t - q * u, det), Fraction(p * u - r * s, det)
    steps.append(f"{p}*{_signed(t)}-{_signed(q)}*{_signed(s)}={det}")
    steps.append(f"x = {r * t - q * u}/{_signed(det)} = {show(x)}")
    steps.append(f"y = {p * u - r * s}/{_signed(det)} = {show(y)}")
    question = f"What is the centre of the circle through {_listed(points)}?"
    form = "(x, y) in integers or fractions in lowest terms"
    return pose(question, f"({show(x)}, {show(y)})", steps, form)


_KINDS: dict[int, Callable[[random.Random], Draft]] = {
    1: _rectangle,
    2: _trapezoid,
    3: _pythagoras,
    4: _ring,
    5: _distance,
    6: _polygon,
    7: _heron,
    8: _perimeter,
    9: _circumradius,
    10: _circumcentre,
}

load = Geometry
