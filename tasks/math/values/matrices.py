"""Sums, products, powers and determinants of matrices, entry by entry, as trees."""

from ..grammar.nodes import Node, UnparsableError, contains, mapped


def matrix_rows(node: Node) -> list[list[Node]]:
    """The entries of sums and multiples of matrices. Raises UnparsableError for other uses."""
    if node[0] == "matrix":
        return [list(row) for row in node[1]]
    if node[0] == "neg":
        return [[("neg", one) for one in row] for row in matrix_rows(node[1])]
    if node[0] == "div" and not contains(node[2], "matrix"):
        return [[("div", one, node[2]) for one in row] for row in matrix_rows(node[1])]
    if node[0] == "mul":
        matrices = [one for one in node[1] if contains(one, "matrix")]
        if not matrices:
            raise UnparsableError("a number beside a matrix")
        factors = tuple(one for one in node[1] if not contains(one, "matrix"))
        rows = matrix_rows(matrices[0])
        for other in matrices[1:]:
            rows = _matrix_product(rows, matrix_rows(other))
        return [[("mul", (*factors, one)) for one in row] for row in rows] if factors else rows
    if node[0] == "pow" and node[1][0] == "matrix" and node[2] in (("num", 2), ("num", 3)):
        rows = matrix_rows(node[1])
        squared = _matrix_product(rows, rows)
        return squared if node[2] == ("num", 2) else _matrix_product(squared, rows)
    if node[0] == "add":
        terms = [matrix_rows(one) for one in node[1]]
        shapes = {(len(rows), len(rows[0])) for rows in terms}
        if len(shapes) == 1:
            return [
                [("add", entries) for entries in zip(*rows, strict=True)]
                for rows in zip(*terms, strict=True)
            ]
    raise UnparsableError("a matrix inside an expression")


def without_determinants(node: Node) -> Node:
    """The tree with each determinant multiplied out. Raises UnparsableError."""
    if node[0] == "fn" and node[1] == "det":
        if len(node[2]) != 1:
            raise UnparsableError("a determinant of several arguments")
        rows = matrix_rows(node[2][0])
        if len(rows) != len(rows[0]) or len(rows) > 4:
            raise UnparsableError("the determinant of no small square")
        return _determinant(rows)
    return mapped(node, without_determinants)


def _determinant(rows: list[list[Node]]) -> Node:
    """By the first row."""
    if len(rows) == 1:
        return rows[0][0]
    terms: list[Node] = []
    for column, entry in enumerate(rows[0]):
        minor = [row[:column] + row[column + 1 :] for row in rows[1:]]
        term: Node = ("mul", (entry, _determinant(minor)))
        terms.append(("neg", term) if column % 2 else term)
    return ("add", tuple(terms))


def _matrix_product(first: list[list[Node]], second: list[list[Node]]) -> list[list[Node]]:
    """Entries of a product, as trees. Raises UnparsableError when the shapes do not fit."""
    if len(first[0]) != len(second) or max(len(first), len(second), len(second[0])) > 6:
        raise UnparsableError("a product of matrices that do not fit")
    columns = list(zip(*second, strict=True))
    return [
        [("add", tuple(("mul", pair) for pair in zip(row, one, strict=True))) for one in columns]
        for row in first
    ]
