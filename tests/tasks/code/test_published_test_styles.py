# ruff: noqa: E501 (programs and tests are as long as they are)
"""Tests as data sets publish them, each with a right and a wrong program."""

import json
from pathlib import Path

import pytest
from assay.tasks import load
from assay.tasks.code.verifier import verify_function

LIST = """
class ListNode:
    def __init__(self, val=0, next=None):
        self.val = val
        self.next = next


def list_node(values):
    head = None
    for value in reversed(values):
        head = ListNode(value, head)
    return head


def is_same_list(a, b):
    while a and b and a.val == b.val:
        a, b = a.next, b.next
    return a is None and b is None
"""
TREE = """
from collections import deque


class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val = val
        self.left = left
        self.right = right


def tree_node(values):
    if not values:
        return None
    root, index = TreeNode(values[0]), 1
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        for side in ("left", "right"):
            if index < len(values) and values[index] is not None:
                setattr(node, side, TreeNode(values[index]))
                waiting.append(getattr(node, side))
            index += 1
    return root


def is_same_tree(p, q):
    if not p or not q:
        return p is q
    return p.val == q.val and is_same_tree(p.left, q.left) and is_same_tree(p.right, q.right)
"""
DOUBLE, TRIPLE = "def f(x):\n    return x * 2\n", "def f(x):\n    return x * 3\n"
SAFE = (
    "def f(x):\n    if not isinstance(x, (int, float)):\n        raise TypeError('a number')\n"
    "    if x < 0:\n        raise ValueError(f'negative: {x}')\n    return x ** 0.5\n"
)
SILENT = "def f(x):\n    return abs(x) ** 0.5 if isinstance(x, (int, float)) else None\n"
OTHER_ERROR = SAFE.replace("ValueError", "KeyError")
STACK = """
class Stack:
    def __init__(self, items=()):
        self._items = list(items)

    def push(self, item):
        self._items.append(item)
        return self

    def pop(self):
        if not self._items:
            raise IndexError("pop from an empty stack")
        return self._items.pop()

    @property
    def size(self):
        return len(self._items)

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(self._items[::-1])

    def __contains__(self, item):
        return item in self._items
"""
QUEUE = STACK.replace("self._items.pop()", "self._items.pop(0)")
LEAKY = STACK.replace("list(items)", "items if isinstance(items, list) else list(items)")
MUTE = STACK.replace('raise IndexError("pop from an empty stack")', "return None")
FILE = "def f(path):\n    with open(path) as file:\n        return sum(map(int, file))\n"

Style = tuple[str, str, str, str, str]
STYLES: dict[str, Style] = {
    # name: tests, entry point, a right program, a wrong one, setup
    "import from solution": (
        "from solution import f\n\n\ndef test_f():\n    assert f(2) == 4\n", "f", DOUBLE, TRIPLE, "",
    ),
    "import all from solution": (
        "from solution import *\n\n\ndef test_f():\n    assert f(2) == 4\n", "f", DOUBLE, TRIPLE, "",
    ),
    "import as": (
        "from solution import f as g\n\n\ndef test_f():\n    assert g(2) == 4\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "import the module": (
        "import solution\n\n\ndef test_f():\n    assert solution.f(2) == 4\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "import inside a test": (
        "def test_f():\n    from solution import f\n    assert f(2) == 4\n", "f", DOUBLE, TRIPLE, "",
    ),
    "no import at all": ("def test_f():\n    assert f(2) == 4\n", "f", DOUBLE, TRIPLE, ""),
    "a call for scripts": (
        "def test_f():\n    assert f(2) == 4\n\n\nif __name__ == '__main__':\n    test_f()\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "a check for scripts": (
        "def check(candidate):\n    assert candidate(2) == 4\n\n\n"
        "if __name__ == '__main__':\n    check(f)\n", "f", DOUBLE, TRIPLE, "",
    ),
    "raises": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n    assert f(4) == 2\n"
        "    with pytest.raises(ValueError):\n        f(-1)\n", "f", SAFE, SILENT, "",
    ),
    "raises another error": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    with pytest.raises(ValueError):\n        f(-1)\n", "f", SAFE, OTHER_ERROR, "",
    ),
    "raises with a match": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    with pytest.raises(ValueError, match=r'negative: -\\d'):\n        f(-1)\n",
        "f", SAFE, SAFE.replace("negative", "below"), "",
    ),
    "raises and looks at the error": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    with pytest.raises(ValueError) as caught:\n        f(-1)\n"
        "    assert 'negative' in str(caught.value)\n    assert caught.type is ValueError\n",
        "f", SAFE, SAFE.replace("negative", "below"), "",
    ),
    "raises one of two": (
        "import pytest\nfrom solution import f\n\n\n"
        "@pytest.mark.parametrize('bad', ['x', None, -1, [1]])\ndef test_f(bad):\n"
        "    with pytest.raises((TypeError, ValueError)):\n        f(bad)\n", "f", SAFE, SILENT, "",
    ),
    "raises called": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    pytest.raises(TypeError, f, 'x')\n    pytest.raises(ValueError, lambda: f(-1))\n",
        "f", SAFE, SILENT, "",
    ),
    "approx": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    assert f(0.1) == pytest.approx(0.2)\n    assert [f(1.0)] == pytest.approx([2.0])\n"
        "    assert f(1) == pytest.approx(2.001, abs=0.01)\n", "f", DOUBLE, TRIPLE, "",
    ),
    "approx by name": (
        "from pytest import approx, raises\nfrom solution import f\n\n\ndef test_f():\n"
        "    assert f(0.1) == approx(0.2, rel=1e-3)\n    assert {'a': f(0.1)} == approx({'a': 0.2})\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "approx is not equality for ever": (
        "import pytest\nfrom solution import f\n\n\ndef test_f():\n"
        "    assert f(1.0) == pytest.approx(2.0, rel=1e-9)\n",
        "f", DOUBLE, "def f(x):\n    return x * 2.00001\n", "",
    ),
    "parametrize": (
        "import pytest\nfrom solution import f\n\n\n"
        "@pytest.mark.parametrize('given, want', [(1, 2), (0, 0), (5, 10)])\n"
        "def test_f(given, want):\n    assert f(given) == want\n",
        "f", DOUBLE, "def f(x):\n    return x * 2 if x < 5 else 0\n", "",
    ),
    "parametrize with a list of names": (
        "import pytest\nfrom solution import f\n\n\n"
        "@pytest.mark.parametrize(['given', 'want'], [[1, 2], pytest.param(5, 10, id='five')])\n"
        "def test_f(given, want):\n    assert f(given) == want\n", "f", DOUBLE, TRIPLE, "",
    ),
    "parametrize twice": (
        "import pytest\nfrom solution import f\n\n\n@pytest.mark.parametrize('a', [1, 2])\n"
        "@pytest.mark.parametrize('b', ['x', 'yz'])\ndef test_f(a, b):\n"
        "    assert f(a) == 2 * a\n    assert f(b) == b + b\n", "f", DOUBLE, TRIPLE, "",
    ),
    "parametrize with ids and marks": (
        "import pytest\nfrom solution import f\n\n\n"
        "@pytest.mark.parametrize('x', [1, 2], ids=['one', 'two'])\n@pytest.mark.timeout(5)\n"
        "def test_f(x):\n    assert f(x) == 2 * x\n", "f", DOUBLE, TRIPLE, "",
    ),
    "fixture": (
        "import pytest\nfrom solution import Stack\n\n\n@pytest.fixture\ndef stack():\n"
        "    return Stack([1, 2])\n\n\ndef test_pop(stack):\n    assert stack.pop() == 2\n\n\n"
        "def test_size(stack):\n    assert stack.size == 2\n", "Stack", STACK, QUEUE, "",
    ),
    "fixture that yields": (
        "import pytest\nfrom solution import Stack\n\n\n@pytest.fixture()\ndef stack():\n"
        "    made = Stack()\n    made.push(1)\n    yield made\n    assert made.size == 0\n\n\n"
        "def test_pop(stack):\n    assert stack.pop() == 1\n", "Stack", STACK,
        STACK.replace("self._items.pop()", "self._items[-1]"), "",
    ),
    "fixture of a fixture, with a scope": (
        "import pytest\nfrom solution import f\n\n\n@pytest.fixture(scope='module')\n"
        "def base():\n    return 5\n\n\n@pytest.fixture(name='pair')\ndef make_pair(base):\n"
        "    return base, 2 * base\n\n\ndef test_f(pair):\n    assert f(pair[0]) == pair[1]\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "fixture with parameters": (
        "import pytest\nfrom solution import f\n\n\n@pytest.fixture(params=[1, 2, 3])\n"
        "def number(request):\n    return request.param\n\n\ndef test_f(number):\n"
        "    assert f(number) == 2 * number\n", "f", DOUBLE,
        "def f(x):\n    return 2 * x if x < 3 else 0\n", "",
    ),
    "fixture used by all": (
        "import pytest\nfrom solution import f\n\nseen = []\n\n\n@pytest.fixture(autouse=True)\n"
        "def _clean():\n    seen.append(1)\n\n\ndef test_f():\n    assert seen\n"
        "    assert f(2) == 4\n", "f", DOUBLE, TRIPLE, "",
    ),
    "test class": (
        "from solution import f\n\n\nclass TestF:\n    def test_one(self):\n"
        "        assert f(1) == 2\n\n    def test_text(self):\n        assert f('a') == 'aa'\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "test class with set-up and parameters": (
        "import pytest\nfrom solution import Stack\n\n\nclass TestStack:\n"
        "    def setup_method(self):\n        self.stack = Stack([1, 2, 3])\n\n"
        "    @pytest.mark.parametrize('count', [1, 2])\n    def test_pop(self, count):\n"
        "        popped = [self.stack.pop() for _ in range(count)]\n"
        "        assert popped == [3, 2][:count]\n", "Stack", STACK, QUEUE, "",
    ),
    "test class with a fixture": (
        "import pytest\nfrom solution import Stack\n\n\nclass TestStack:\n    @pytest.fixture\n"
        "    def stack(self):\n        return Stack('ab')\n\n    def test_iter(self, stack):\n"
        "        assert list(stack) == ['b', 'a']\n        assert 'a' in stack\n"
        "        assert len(stack) == 2\n", "Stack", STACK, STACK.replace("[::-1]", ""), "",
    ),
    "unittest": (
        "import unittest\nfrom solution import f\n\n\nclass TestF(unittest.TestCase):\n"
        "    def test_f(self):\n        self.assertEqual(f(2), 4)\n"
        "        self.assertAlmostEqual(f(0.1), 0.2)\n        self.assertIsInstance(f('a'), str)\n"
        "        self.assertListEqual(f([1]), [1, 1])\n        self.assertTrue(f(True))\n\n\n"
        "if __name__ == '__main__':\n    unittest.main()\n", "f", DOUBLE, TRIPLE, "",
    ),
    "unittest with raises": (
        "import unittest\nfrom solution import f\n\n\nclass TestF(unittest.TestCase):\n"
        "    def test_f(self):\n        with self.assertRaises(ValueError) as caught:\n"
        "            f(-1)\n        self.assertIn('negative', str(caught.exception))\n"
        "        self.assertRaises(TypeError, f, 'x')\n"
        "        with self.assertRaisesRegex(ValueError, 'negative: -2'):\n            f(-2)\n",
        "f", SAFE, SILENT, "",
    ),
    "unittest with subtests and set-up": (
        "import unittest\nfrom solution import Stack\n\n\nclass TestStack(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls):\n        cls.items = [1, 2]\n\n"
        "    def setUp(self):\n        self.stack = Stack(self.items)\n\n"
        "    def tearDown(self):\n        self.assertEqual(self.items, [1, 2])\n\n"
        "    def test_pop(self):\n        for want in (2, 1):\n            with self.subTest(want):\n"
        "                self.assertEqual(self.stack.pop(), want)\n\n"
        "    def test_again(self):\n        self.assertEqual(len(self.stack), 2)\n",
        "Stack", STACK, QUEUE, "",
    ),
    "unittest sees arguments changed": (
        "import unittest\nfrom solution import Stack\n\n\nclass TestStack(unittest.TestCase):\n"
        "    def test_pop(self):\n        items = [1, 2]\n        self.assertEqual(Stack(items).pop(), 2)\n"
        "        self.assertEqual(items, [1, 2])\n", "Stack", STACK, LEAKY, "",
    ),
    "unittest expects an error of a method": (
        "import unittest\nfrom solution import Stack\n\n\nclass TestStack(unittest.TestCase):\n"
        "    def test_pop(self):\n        with self.assertRaises(IndexError):\n"
        "            Stack().pop()\n", "Stack", STACK, MUTE, "",
    ),
    "doctest": (
        "import doctest\nimport solution\n\n\ndef test_f():\n"
        "    assert doctest.testmod(solution).failed == 0\n    assert solution.f(2) == 4\n",
        "f", 'def f(x):\n    """Twice.\n\n    >>> f(1)\n    2\n    """\n    return x * 2\n', TRIPLE, "",
    ),
    "doctest examples as tests": (
        '"""\n>>> f(2)\n4\n>>> f("a")\n\'aa\'\n"""\n\nimport doctest\n\n\ndef test_f():\n'
        "    from solution import f\n"
        "    examples = doctest.DocTestParser().get_doctest(__doc__, {'f': f}, 'f', None, 0)\n"
        "    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0\n",
        "f", DOUBLE, TRIPLE, "",
    ),
    "check of a candidate": (
        "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate('a') == 'aa'\n\n\n"
        "check(f)\n", "f", DOUBLE, TRIPLE, "",
    ),
    "check with a message and a tolerance": (
        "METADATA = {}\n\n\ndef check(candidate):\n"
        "    assert abs(candidate(0.1) - 0.2) < 1e-9, 'close'\n"
        "    assert candidate(3) == 6, f'got {candidate(3)}'\n", "f", DOUBLE, TRIPLE, "",
    ),
    "a method of Solution": (
        "def check(candidate):\n    assert candidate(nums=[3, 1, 2]) == [1, 2, 3]\n"
        "    assert candidate(nums=[]) == []\n\n\ncheck(Solution().sort)\n",
        "Solution", "class Solution:\n    def sort(self, nums):\n        return sorted(nums)\n",
        "class Solution:\n    def sort(self, nums):\n        return nums\n", "",
    ),
    "a method that changes its argument": (
        "def check(candidate):\n    nums = [3, 1, 2]\n    candidate(nums)\n"
        "    assert nums == [1, 2, 3]\n\n\ncheck(Solution().sort)\n",
        "Solution", "class Solution:\n    def sort(self, nums):\n        nums.sort()\n",
        "class Solution:\n    def sort(self, nums):\n        nums = sorted(nums)\n", "",
    ),
    "linked lists": (
        "def check(candidate):\n"
        "    assert is_same_list(candidate(list_node([1, 2, 3])), list_node([3, 2, 1]))\n"
        "    assert is_same_list(candidate(list_node([])), list_node([]))\n\n\n"
        "check(Solution().reverse)\n", "Solution",
        "class Solution:\n    def reverse(self, head):\n        done = None\n        while head:\n"
        "            head.next, done, head = done, head, head.next\n        return done\n",
        "class Solution:\n    def reverse(self, head):\n        return head\n", LIST,
    ),
    "linked lists made anew": (
        "def check(candidate):\n"
        "    assert is_same_list(candidate(list_node([1, 2]), list_node([3])), list_node([4, 2]))\n"
        "\n\ncheck(Solution().add)\n", "Solution",
        "class Solution:\n    def add(self, a, b):\n        first = last = ListNode()\n"
        "        while a or b:\n            last.next = ListNode((a.val if a else 0) + (b.val if b else 0))\n"
        "            last, a, b = last.next, a and a.next, b and b.next\n        return first.next\n",
        "class Solution:\n    def add(self, a, b):\n        return ListNode(4)\n", LIST,
    ),
    "a cycle in a linked list": (
        "def check(candidate):\n    head = list_node([1, 2, 3])\n    assert candidate(head) is False\n"
        "    head.next.next.next = head.next\n    assert candidate(head) is True\n\n\n"
        "check(Solution().hasCycle)\n", "Solution",
        "class Solution:\n    def hasCycle(self, head):\n        seen = set()\n        while head:\n"
        "            if id(head) in seen:\n                return True\n            seen.add(id(head))\n"
        "            head = head.next\n        return False\n",
        "class Solution:\n    def hasCycle(self, head):\n        return False\n", LIST,
    ),
    "trees": (
        "def check(candidate):\n"
        "    assert is_same_tree(candidate(tree_node([4, 2, 7, 1, 3])), tree_node([4, 7, 2, None, None, 3, 1]))\n"
        "    assert candidate(None) is None\n\n\ncheck(Solution().invert)\n", "Solution",
        "class Solution:\n    def invert(self, root: Optional[TreeNode]) -> Optional[TreeNode]:\n"
        "        if root:\n            root.left, root.right = self.invert(root.right), self.invert(root.left)\n"
        "        return root\n",
        "class Solution:\n    def invert(self, root):\n        return root\n",
        "from typing import *\n" + TREE,
    ),
    "a program that brings its own node class": (
        "def check(candidate):\n    assert candidate(tree_node([3, 9, 20, None, None, 15, 7])) == 3\n\n\n"
        "check(Solution().depth)\n", "Solution",
        "class TreeNode:\n    def __init__(self, val=0, left=None, right=None):\n"
        "        self.val, self.left, self.right = val, left, right\n\n\n"
        "class Solution:\n    def depth(self, root):\n"
        "        return 1 + max(self.depth(root.left), self.depth(root.right)) if root else 0\n",
        "class Solution:\n    def depth(self, root):\n        return 2\n", TREE,
    ),
    "star imports of the setup": (
        "def check(candidate):\n    assert candidate('aab') == 2\n\n\ncheck(Solution().most)\n",
        "Solution",
        "class Solution:\n    def most(self, s: str) -> int:\n        return max(Counter(s).values())\n",
        "class Solution:\n    def most(self, s: str) -> int:\n        return len(Counter(s)) + 7\n",
        "from typing import *\nfrom collections import *\n",
    ),
    "a class with a design": (
        "from solution import LRUCache\n\n\ndef test_cache():\n    cache = LRUCache(2)\n"
        "    cache.put(1, 1)\n    cache.put(2, 2)\n    assert cache.get(1) == 1\n"
        "    cache.put(3, 3)\n    assert cache.get(2) == -1\n", "LRUCache",
        "from collections import OrderedDict\n\n\nclass LRUCache:\n    def __init__(self, size):\n"
        "        self.size, self.data = size, OrderedDict()\n\n    def get(self, key):\n"
        "        if key not in self.data:\n            return -1\n        self.data.move_to_end(key)\n"
        "        return self.data[key]\n\n    def put(self, key, value):\n        self.data[key] = value\n"
        "        self.data.move_to_end(key)\n        if len(self.data) > self.size:\n"
        "            self.data.popitem(last=False)\n",
        "class LRUCache:\n    def __init__(self, size):\n        self.data = {}\n\n"
        "    def get(self, key):\n        return self.data.get(key, -1)\n\n"
        "    def put(self, key, value):\n        self.data[key] = value\n", "",
    ),
}  # fmt: skip


OUT_OF_REACH: dict[str, Style] = {
    # what the tests would have to share with the program: its output, its files, its built-ins
    "capsys": (
        "from solution import f\n\n\ndef test_f(capsys):\n    f('Ann')\n"
        "    assert capsys.readouterr().out == 'Hello, Ann\\n'\n",
        "f", "def f(name):\n    print(f'Hello, {name}')\n", "def f(name):\n    print(name)\n", "",
    ),
    "tmp_path": (
        "from solution import f\n\n\ndef test_f(tmp_path):\n    path = tmp_path / 'numbers'\n"
        "    path.write_text('1\\n2\\n')\n    assert f(str(path)) == 3\n",
        "f", FILE, FILE.replace("sum", "max"), "",
    ),
    "unittest with a mock of input": (
        "import unittest\nfrom unittest.mock import patch\nfrom solution import f\n\n\n"
        "class TestF(unittest.TestCase):\n    @patch('builtins.input', side_effect=['3', '4'])\n"
        "    def test_f(self, mocked):\n        self.assertEqual(f(), 7)\n",
        "f", "def f():\n    return int(input()) + int(input())\n",
        "def f():\n    return int(input()) - int(input())\n", "",
    ),
    "async unittest": (
        "import unittest\nfrom solution import f\n\n\n"
        "class TestF(unittest.IsolatedAsyncioTestCase):\n    async def test_f(self):\n"
        "        self.assertEqual(await f(2), 4)\n",
        "f", "async def f(x):\n    return x * 2\n", "async def f(x):\n    return x * 3\n", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", STYLES)
def test_a_right_program_passes_and_a_wrong_one_fails(key: str) -> None:
    tests, entry, right, wrong, setup = STYLES[key]
    good = verify_function(f"```python\n{right}```", tests, entry, setup=setup)
    assert good.correct, good
    bad = verify_function(f"```python\n{wrong}```", tests, entry, setup=setup)
    assert bad.status in ("incorrect", "crashed"), bad
    assert bad.score == 0.0


@pytest.mark.parametrize("key", OUT_OF_REACH)
def test_tests_that_need_the_programs_process_cost_nobody_a_reward(
    tmp_path: Path, key: str
) -> None:
    tests, entry, right, wrong, _ = OUT_OF_REACH[key]
    row = {"question_id": "k1", "question": "Write it.", "solution": right, "test": tests,
           "test_info": [{"function_name": entry}]}  # fmt: skip
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row))
    suite = load("kodcode", path=str(path))
    for program in (right, wrong):
        verdict = suite.verify(suite[0], f"```python\n{program}```")
        assert (verdict.status, verdict.score) == ("checker_error", None), verdict
        assert (
            verdict.reason.startswith("Task k1, field 'test': ") or "'solution'" in verdict.reason
        )
