"""Anthropic's and Gemini's own APIs through any-llm, against a server that speaks their formats.

The forms of requests, answers and errors are those of the vendors' API references
(Anthropic: POST /v1/messages; Gemini: POST /v1beta/models/NAME:generateContent).
"""

import importlib.util
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Sampling
from assay.harness.evaluation import PromptSettings, TaskSpec, evaluate
from assay.sandbox.errors import UsageError
from assay.tasks import load

pytest.importorskip("any_llm", reason="the extra vendors is not installed")

# Under importlib mode test folders are not packages: the helper is loaded by its path.
_spec = importlib.util.spec_from_file_location(
    "behaviours", Path(__file__).with_name("behaviours.py")
)
assert _spec is not None
assert _spec.loader is not None
be: ModuleType = importlib.util.module_from_spec(_spec)
sys.modules["behaviours"] = be
_spec.loader.exec_module(be)

SIZE = 2
SPEC = TaskSpec("arithmetic", {"size": SIZE, "difficulty": 1})


def anthropic(text: str | None, stop: str = "end_turn", *before: dict[str, Any]) -> Any:
    """A Message object."""
    content = [*before, *([] if text is None else [{"type": "text", "text": text}])]
    return be.json_reply({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content,
        "stop_reason": stop, "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 5, "cache_read_input_tokens": 2},
    })  # fmt: skip


def gemini(text: str | None, finish: str = "STOP", *before: dict[str, Any]) -> Any:
    """A GenerateContentResponse."""
    parts = [*before, *([] if text is None else [{"text": text}])]
    return be.json_reply({
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish,
                        "index": 0}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 17,
                          "thoughtsTokenCount": 3, "cachedContentTokenCount": 2},
        "modelVersion": "m",
    })  # fmt: skip


def anthropic_error(status: int, kind: str, message: str, **headers: str) -> Any:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"}
    return be.json_reply(body, status, **headers)


def gemini_error(status: int, word: str, message: str) -> Any:
    return be.json_reply({"error": {"code": status, "message": message, "status": word}}, status)


def first(count: int, reply: Any, then: Any) -> Any:
    return lambda call: reply if call.number < count else then(call)


def claude(call: Any) -> Any:
    return anthropic(call.gold)


def flash(call: Any) -> Any:
    return gemini(call.gold)


@dataclass
class Row:
    """A behaviour and what must come of it."""

    vendor: str
    name: str
    behaviour: Any
    accuracy: float = 1.0
    ending: str = "stop"
    text: str | None = None
    refused: str | None = None
    error: str | None = None
    change: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


THINKING = {"type": "thinking", "thinking": "hm", "signature": "s"}
TOOL = {"type": "tool_use", "id": "t", "name": "look", "input": {"q": 1}}
CALL = {"functionCall": {"name": "look", "args": {"q": 1}}}
TABLE = [
    Row("anthropic", "a plain answer", claude),
    Row("gemini", "a plain answer", flash),
    Row("anthropic", "a thought", lambda c: anthropic(c.gold, "end_turn", THINKING),
        text="<think>\nhm\n</think>"),
    Row("gemini", "a thought", lambda c: gemini(c.gold, "STOP", {"text": "hm", "thought": True}),
        text="<think>\nhm\n</think>"),
    Row("anthropic", "cut", lambda c: anthropic("so it is", "max_tokens"), 0.0, "length"),
    Row("gemini", "cut", lambda c: gemini("so it is", "MAX_TOKENS"), 0.0, "length"),
    Row("gemini", "cut in its thought",
        lambda c: gemini(None, "MAX_TOKENS", {"text": "hm", "thought": True}), 0.0, "length",
        text="<think>\nhm"),
    Row("anthropic", "a stop sequence", lambda c: anthropic(c.gold, "stop_sequence")),
    Row("anthropic", "a refusal", lambda c: anthropic("I cannot", "refusal"), 0.0, "refusal",
        text="I cannot"),
    Row("anthropic", "a refusal without text", lambda c: anthropic(None, "refusal"), 0.0,
        "refusal"),
    Row("gemini", "filtered", lambda c: gemini("It", "SAFETY"), 0.0, "content_filter", text="It"),
    Row("gemini", "filtered for recitation", lambda c: gemini(None, "RECITATION"), 0.0,
        "content_filter"),
    Row("gemini", "a blocked prompt",
        lambda c: be.json_reply({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}), 0.0,
        "content_filter"),
    Row("anthropic", "a tool call", lambda c: anthropic(None, "tool_use", TOOL), 0.0,
        "tool_calls"),
    Row("gemini", "a tool call", lambda c: gemini(None, "STOP", CALL), 0.0, "tool_calls"),
    Row("anthropic", "nothing", lambda c: anthropic(""), 0.0, "empty"),
    Row("gemini", "nothing", lambda c: gemini(""), 0.0, "empty"),
    Row("anthropic", "too long a prompt", lambda c: anthropic_error(400, "invalid_request_error",
        "prompt is too long: 210000 tokens > 200000 maximum"), 0.0, "context_overflow",
        options={"request": {"max_tokens": 8}}),
    Row("gemini", "too long a prompt", lambda c: gemini_error(400, "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
        0.0, "context_overflow"),
    Row("anthropic", "busy", first(2, anthropic_error(429, "rate_limit_error", "slow",
        **{"retry-after": "0"}), claude)),
    Row("gemini", "busy", first(2, gemini_error(429, "RESOURCE_EXHAUSTED", "slow"), flash)),
    Row("anthropic", "overloaded", first(2, anthropic_error(529, "overloaded_error", "Overloaded"),
        claude)),
    Row("gemini", "unavailable", first(2, gemini_error(503, "UNAVAILABLE", "overloaded"), flash)),
    Row("anthropic", "cut off", first(1, be.Reply(b'{"id": "msg', cut=4), claude)),
    Row("gemini", "cut off", first(1, be.Reply(b'{"cand', cut=3), flash)),
    Row("gemini", "no candidates", first(1, be.json_reply({}), flash)),
    Row("anthropic", "silent once", lambda c: be.Reply(claude(c).data, delay=0.8 if c.number == 0
        else 0), options={"timeout": 0.4, "retries": 30}),
    Row("gemini", "silent once", lambda c: be.Reply(flash(c).data, delay=1.6 if c.number == 0
        else 0), options={"timeout": 1.0, "retries": 30}),
    Row("anthropic", "temperature refused", lambda c: anthropic_error(400,
        "invalid_request_error", "`temperature` is deprecated for this model.")
        if "temperature" in c.body else claude(c), change="temperature is left out"),
    Row("anthropic", "a bad key", lambda c: anthropic_error(401, "authentication_error",
        "invalid x-api-key"), refused=r"refused the key in \$ANTHROPIC_API_KEY"),
    Row("gemini", "a bad key", lambda c: gemini_error(400, "INVALID_ARGUMENT",
        "API key not valid. Please pass a valid API key."),
        refused=r"refused the key in \$GEMINI_API_KEY"),
    Row("anthropic", "an unknown model", lambda c: anthropic_error(404, "not_found_error",
        "model: m"), refused="knows no model 'm'"),
    Row("gemini", "an unknown model", lambda c: gemini_error(404, "NOT_FOUND",
        "models/m is not found"), refused="knows no model 'm'"),
    Row("anthropic", "no credit", lambda c: anthropic_error(400, "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API."),
        refused="credit balance is too low"),
    Row("anthropic", "a field of the user's refused", claude, options={"request": {"nope": 1}},
        refused="refuses --request nope"),
    Row("gemini", "a field of the user's refused", flash, options={"request": {"nope": 1}},
        refused="refuses --request nope"),
    Row("gemini", "down", lambda c: gemini_error(500, "INTERNAL", "oops"),
        options={"retries": 1}, error="gave up after 2 tries: oops"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-1")
    monkeypatch.setenv("GEMINI_API_KEY", "g-1")
    monkeypatch.setattr("assay.harness.backends.servers.asking.FIRST_WAIT", 0.01)


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.vendor}: {row.name}" for row in TABLE])
def test_a_vendor_that_behaves_so(row: Row, tmp_path: Path) -> None:
    suite = load("arithmetic", size=SIZE, difficulty=1)
    golds = {problem.prompt: suite.gold(problem) for problem in suite}
    with be.serving(row.behaviour, golds) as server:
        options = {"retries": 3, "timeout": 60.0, "concurrency": 1, **row.options}
        base = server.url.removesuffix("/v1")
        model = load_model(f"anyllm/{row.vendor}/m", base_url=base, **options)
        given: dict[str, Any] = {"out": tmp_path, "run_id": "r", "progress": False}
        if row.refused is not None:
            with pytest.raises(UsageError, match=row.refused) as refusal:
                evaluate(model, [SPEC], sampling=Sampling(), **given)
            assert "\n" not in str(refusal.value)
            return
        run = evaluate(model, [SPEC], sampling=Sampling(), **given)
    records = list(run.folder.samples())
    if row.error is not None:
        assert records == []
        assert row.error in run.summary["errors"]["last"]
        return
    assert Counter(record["finish_reason"] for record in records) == {row.ending: SIZE}
    assert run.accuracy == {"arithmetic": row.accuracy}
    assert all((row.text or "") in record["completion"] for record in records)
    changes = " ".join(run.folder.manifest().get("changed_requests", {}).values())
    assert (row.change or "") in changes
    if row.name == "a plain answer":
        asked, cached = {"anthropic": (9, 2), "gemini": (9, 2)}[row.vendor]
        assert records[0]["prompt_tokens"] == asked
        assert records[0]["cached_tokens"] == cached


def test_what_is_sent(tmp_path: Path) -> None:
    """The system prompt, the limit and the sampling are where each vendor expects them."""
    sent = {}
    for vendor, behaviour in (("anthropic", claude), ("gemini", flash)):
        with be.serving(behaviour, {}) as server:
            base = server.url.removesuffix("/v1")
            model = load_model(f"anyllm/{vendor}/m", base_url=base, request={"top_k": 5})
            sampling = Sampling(max_tokens=77, temperature=0.5, stop=("END",))
            evaluate(model, [SPEC], sampling=sampling, prompts=PromptSettings(system="Be brief."),
                     out=tmp_path, run_id=vendor, progress=False)  # fmt: skip
            sent[vendor] = server.calls[0]
    one, other = sent["anthropic"], sent["gemini"]
    assert one.path == "/v1/messages"
    assert one.headers["x-api-key"] == "sk-ant-1"
    fields = ("system", "max_tokens", "temperature", "top_k", "stop_sequences")
    assert [one.body[name] for name in fields] == ["Be brief.", 77, 0.5, 5, ["END"]]
    assert "top_p" not in one.body
    assert other.path.endswith("/models/m:generateContent")
    assert other.headers["x-goog-api-key"] == "g-1"
    config = other.body["generationConfig"]
    fields = ("maxOutputTokens", "temperature", "topK", "stopSequences")
    assert [config[name] for name in fields] == [77, 0.5, 5, ["END"]]
    assert "Be brief." in json.dumps(other.body["systemInstruction"])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if b"sk-ant-1" in path.read_bytes()] == []


@pytest.mark.parametrize(
    ("spec", "options", "message"),
    [
        ("anyllm/", {}, "write anyllm/PROVIDER/NAME"),
        ("anyllm/anthropic", {}, "write anyllm/PROVIDER/NAME"),
        ("anyllm/nope/m", {}, "any-llm knows no 'nope'; it knows anthropic"),
        ("anyllm/cohere/m", {}, "any-llm-sdk"),
        ("anyllm/anthropic/m", {"base_url": "localhost"}, "localhost"),
        ("anyllm/anthropic/m", {"retries": -1}, "retries -1: use 0"),
        ("anyllm/anthropic/m", {"key_env": "NO_SUCH_KEY"}, r"\$NO_SUCH_KEY is not set"),
        ("anyllm/anthropic/m", {"stream": 1}, "has no option 'stream'"),
        ("anyllm/anthropic/m", {"request": {"messages": []}}, "'messages' cannot be set"),
        ("anthropic/m", {}, "perhaps anyllm/anthropic/m"),
    ],
)
def test_a_users_mistake_is_one_line(spec: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as refusal:
        load_model(spec, **options)
    assert "\n" not in str(refusal.value)


def test_a_missing_key_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(UsageError, match=r"anthropic needs a key: set \$ANTHROPIC_API_KEY"):
        load_model("anyllm/anthropic/m")


def test_nobody_listening_is_one_line(tmp_path: Path) -> None:
    with be.serving(claude, {}) as server:
        base = server.url.removesuffix("/v1")
    for vendor in ("anthropic", "gemini"):
        model = load_model(f"anyllm/{vendor}/m", base_url=base, retries=0)
        with pytest.raises(UsageError, match="is the server up"):
            evaluate(model, [SPEC], out=tmp_path, run_id="r", progress=False)
