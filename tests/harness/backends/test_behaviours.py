"""Every way a server may behave: the right score, a named ending, or one line that says the mend.

Each row runs a whole evaluation of four problems against a server of ours, through the real
`openai` client, and no sample may be lost or doubled.
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
from assay.harness.evaluation import TaskSpec, evaluate
from assay.sandbox.errors import UsageError
from assay.tasks import load

# Under importlib mode test folders are not packages: the helper is loaded by its path.
_spec = importlib.util.spec_from_file_location(
    "behaviours", Path(__file__).with_name("behaviours.py")
)
assert _spec is not None
assert _spec.loader is not None
be: ModuleType = importlib.util.module_from_spec(_spec)
sys.modules["behaviours"] = be
_spec.loader.exec_module(be)

SIZE = 4
SPEC = TaskSpec("arithmetic", {"size": SIZE, "difficulty": 1})


@dataclass
class Row:
    """A behaviour and what must come of it."""

    name: str
    behaviour: Any
    options: dict[str, Any] = field(default_factory=dict)
    accuracy: float = 1.0
    ending: str = "stop"
    refused: str | None = None
    """What the one line of a UsageError says."""
    error: str | None = None
    """What the last failure says where all samples are missing."""
    change: str | None = None
    """What is said about a changed request."""
    text: str | None = None
    """What the stored completion holds."""
    sent: dict[str, Any] = field(default_factory=dict)
    """Fields of the last request; None where it must lack one."""
    samples: int = 1


def fast(row: Row) -> Row:
    row.options = {"retries": 3, "timeout": 60.0, "concurrency": 2, **row.options}
    return row


def said(**message: Any) -> Any:
    return lambda call: be.chat(be.choice(**{**message, "content": message.get("content")}))


def answer(shape: Any, finish: str = "stop", **more: Any) -> Any:
    """Chat content built from the gold."""
    return lambda call: be.chat(be.choice(finish, content=shape(call.gold), **more))


def with_system(call: Any) -> bool:
    return any(one["role"] in ("system", "developer") for one in call.body["messages"])


ENDINGS = [
    Row("a plain answer", be.gold),
    Row("length", answer(lambda g: "so it is", "length"), accuracy=0.0, ending="length"),
    Row(
        "max_tokens as the word for length",
        answer(lambda g: "so it is", "max_tokens"),
        accuracy=0.0,
        ending="length",
    ),
    Row(
        "an answer committed before the cut",
        answer(lambda g: f"{g}\nTo check, we", "length"),
        ending="length",
    ),
    Row(
        "a number that the cut ends",
        answer(lambda g: "The answer is 1", "length"),
        accuracy=0.0,
        ending="length",
    ),
    Row(
        "a thought that is cut",
        lambda call: be.chat(be.choice("length", content=None, reasoning_content="hm")),
        accuracy=0.0,
        ending="length",
        text="<think>\nhm",
    ),
    Row(
        "a filtered answer keeps its text",
        answer(lambda g: "I was", "content_filter"),
        accuracy=0.0,
        ending="content_filter",
        text="I was",
    ),
    Row(
        "a prompt that the filter refuses",
        lambda call: be.error(
            400,
            "The response was filtered due to the prompt triggering the content management policy",
            code="content_filter",
        ),
        accuracy=0.0,
        ending="content_filter",
    ),
    Row(
        "a prompt that is flagged",
        lambda call: be.error(403, "Your input was flagged by moderation"),
        accuracy=0.0,
        ending="content_filter",
    ),
    Row(
        "a refusal keeps its text",
        said(refusal="I cannot help"),
        accuracy=0.0,
        ending="refusal",
        text="I cannot help",
    ),
    Row(
        "a refusal as a part",
        answer(lambda g: [{"type": "refusal", "refusal": "No."}]),
        accuracy=0.0,
        ending="refusal",
        text="No.",
    ),
    Row(
        "a tool call",
        lambda call: be.chat(
            be.choice(
                "tool_calls",
                content=None,
                tool_calls=[{"function": {"name": "python", "arguments": "{}"}}],
            )
        ),
        accuracy=0.0,
        ending="tool_calls",
    ),
    Row(
        "a tool call that ends by stop",
        lambda call: be.chat(
            be.choice(content="", tool_calls=[{"function": {"name": "python", "arguments": "{}"}}])
        ),
        accuracy=0.0,
        ending="tool_calls",
    ),
    Row("nothing", said(content=""), accuracy=0.0, ending="empty"),
    Row("null", said(content=None), accuracy=0.0, ending="empty"),
    Row("only a thought", said(content=None, reasoning="hm"), accuracy=0.0, ending="empty"),
    Row(
        "a prompt too long",
        lambda call: be.error(
            400, "This model's maximum context length is 16 tokens", code="context_length_exceeded"
        ),
        accuracy=0.0,
        ending="context_overflow",
    ),
    Row(
        "a prompt too long for llama.cpp",
        lambda call: be.error(
            400, "the request exceeds the available context size", type="exceed_context_size_error"
        ),
        accuracy=0.0,
        ending="context_overflow",
    ),
    Row(
        "a body too large",
        lambda call: be.Reply(b"<h1>Payload too large</h1>", 413),
        accuracy=0.0,
        ending="context_overflow",
    ),
    Row("an unknown word for the end", answer(lambda g: g, "eos_token")),
    Row("no word for the end", answer(lambda g: g, None)),
]
SHAPES = [
    Row(
        "a list of parts",
        answer(lambda g: [{"type": "text", "text": g[:2]}, {"type": "text", "text": g[2:]}]),
    ),
    Row("parts of text alone", answer(lambda g: [g[:2], g[2:]])),
    Row("one part", answer(lambda g: {"type": "text", "text": g})),
    Row(
        "thinking parts",
        answer(
            lambda g: [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": g},
            ]
        ),
        text="<think>\nhm\n</think>\n",
    ),
    Row(
        "a redacted thought",
        answer(lambda g: [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": g}]),
    ),
    Row("reasoning_content", answer(lambda g: g, reasoning_content="hm"), text="<think>\nhm\n"),
    Row("reasoning", answer(lambda g: g, reasoning="hm"), text="<think>\nhm\n"),
    Row("thinking", answer(lambda g: g, thinking="hm"), text="<think>\nhm\n"),
    Row(
        "reasoning_details",
        answer(
            lambda g: g,
            reasoning_details=[
                {"type": "reasoning.text", "text": "h"},
                {"type": "reasoning.summary", "summary": "m"},
            ],
        ),
        text="<think>\nhm\n",
    ),
    Row(
        "reasoning as an object",
        answer(lambda g: g, reasoning={"text": "hm"}),
        text="<think>\nhm\n",
    ),
    Row(
        "a thought sent twice",
        answer(lambda g: f"<think>hm</think>{g}", reasoning="hm"),
        text="<think>hm</think>",
    ),
    Row(
        "choices out of order",
        lambda call: be.chat(
            *[be.choice(index=i, content=call.gold) for i in reversed(range(call.body.get("n", 1)))]
        ),
        {"samples_per_request": 2},
        samples=2,
    ),
    Row(
        "more choices than asked for",
        lambda call: be.chat(
            *[be.choice(index=i, content=call.gold if i == 0 else "no") for i in range(3)]
        ),
    ),
    Row(
        "n ignored",
        lambda call: be.chat(be.choice(content=call.gold)),
        {"samples_per_request": 4},
        samples=4,
        change="n is left out",
    ),
    Row(
        "usage of words",
        lambda call: be.chat(be.choice(content=call.gold), usage={"completion_tokens": "many"}),
    ),
    Row("no usage", lambda call: be.chat(be.choice(content=call.gold), usage=None)),
    Row(
        "a lone surrogate",
        lambda call: be.Reply(
            json.dumps({"choices": [be.choice(content=f"\ud800 {call.gold}")]}).encode()
        ),
        text="\ud800",
    ),
    Row("a NUL", answer(lambda g: f"\x00 {g}"), text="\x00"),
    Row("a BOM before the JSON", lambda call: be.Reply(b"\xef\xbb\xbf" + be.gold(call).data)),
    Row(
        "NaN in the JSON",
        lambda call: be.Reply(be.gold(call).data.replace(b'"id": "1"', b'"id": NaN')),
    ),
    Row(
        "parts nested a hundred deep",
        lambda call: be.chat(be.choice(content=nested(call.gold))),
        accuracy=0.0,
        ending="empty",
    ),
]


def nested(value: Any) -> Any:
    for _ in range(100):
        value = [value]
    return value


PARAMETERS = [
    Row(
        "max_tokens renamed",
        be.refusing(
            "max_tokens",
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
        ),
        change="max_tokens is sent as max_completion_tokens",
        sent={"max_tokens": None, "max_completion_tokens": 1024},
    ),
    Row(
        "temperature of 1 alone",
        be.refusing(
            "temperature",
            "Unsupported value: 'temperature' does not support 0.0 with this model.",
            param="temperature",
        ),
        change="temperature is left out",
        sent={"temperature": None},
    ),
    Row(
        "an extra field of FastAPI",
        lambda call: (
            be.json_reply(
                {
                    "detail": [
                        {
                            "type": "extra_forbidden",
                            "loc": ["body", "seed"],
                            "msg": "Extra inputs are not permitted",
                        }
                    ]
                },
                422,
            )
            if "seed" in call.body
            else be.gold(call)
        ),
        change="seed is left out",
    ),
    Row(
        "top_p named in the message alone",
        be.refusing("top_p", "`top_p` must be > 0.0 and < 1.0", 422),
        change="top_p is left out",
    ),
    Row(
        "a message that is the whole error",
        lambda call: (
            be.json_reply({"error": "unexpected keyword argument 'seed'"}, 400)
            if "seed" in call.body
            else be.gold(call)
        ),
        change="seed is left out",
    ),
    Row(
        "n refused",
        be.refusing("n", "n > 1 is not supported", param="n"),
        {"samples_per_request": 2},
        samples=2,
        change="n is left out",
    ),
    Row(
        "several refused one by one",
        lambda call: (
            next(
                (
                    be.error(400, f"Unknown parameter: '{name}'", param=name)
                    for name in ("seed", "top_p", "temperature")
                    if name in call.body
                ),
                None,
            )
            or be.gold(call)
        ),
        change="seed is left out",
        sent={"seed": None, "temperature": None},
    ),
    Row(
        "a user's field refused",
        be.refusing("reasoning_effort", "Unknown: reasoning_effort"),
        {"request": {"reasoning_effort": "high"}},
        refused="--request reasoning_effort",
    ),
    Row(
        "max_tokens too large",
        be.refusing(
            "max_tokens",
            "max_tokens is too large: 1024. This model supports at most 512 tokens",
            param="max_tokens",
        ),
        refused="--max-tokens",
    ),
    Row(
        "max_tokens beyond what the context leaves",
        lambda call: (
            be.error(
                400,
                "This model's maximum context length is 512 tokens. However, you requested 1030 "
                "tokens (6 in the messages, 1024 in the completion).",
            )
            if call.body["max_tokens"] > 506
            else be.gold(call)
        ),
        sent={"max_tokens": 506},
        change="max_tokens is reduced",
    ),
    Row(
        "the same of TGI",
        lambda call: (
            be.error(
                422,
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 512. "
                "Given: 6 `inputs` tokens and 1024 `max_new_tokens`",
            )
            if call.body["max_tokens"] > 506
            else be.gold(call)
        ),
        sent={"max_tokens": 506},
    ),
    Row(
        "the same without numbers",
        lambda call: (
            be.error(400, "exceeds the context window")
            if call.body["max_tokens"] > 300
            else be.gold(call)
        ),
        sent={"max_tokens": 256},
    ),
    Row(
        "thinking asked for",
        lambda call: (
            be.gold(call)
            if call.body.get("chat_template_kwargs") == {"enable_thinking": False}
            else be.error(400, "no")
        ),
        {"request": {"extra_body": {"chat_template_kwargs": {"enable_thinking": False}}}},
    ),
    Row(
        "a default left out",
        be.gold,
        {"request": {"temperature": None}},
        sent={"temperature": None},
    ),
    Row(
        "max_completion_tokens in place of max_tokens",
        be.gold,
        {"request": {"max_completion_tokens": 7}},
        sent={"max_completion_tokens": 7, "max_tokens": None},
    ),
    Row(
        "headers and query",
        lambda call: (
            be.gold(call)
            if call.headers.get("x-team") == "a" and "api-version=1" in call.path
            else be.error(400, "who are you")
        ),
        {"headers": {"X-Team": "a"}, "query": {"api-version": "1"}},
    ),
    Row(
        "the azure preset",
        lambda call: (
            be.gold(call)
            if "api-version=" in call.path and call.headers.get("api-key") == "k"
            else be.error(401, "Access denied")
        ),
        {"server": "azure", "key_env": "SOME_KEY"},
        sent={"max_tokens": None, "max_completion_tokens": 1024},
    ),
    Row("the tgi preset", be.refusing("top_p", "top_p < 1"), {"server": "tgi"}),
    Row(
        "log-probabilities",
        lambda call: be.chat(
            {
                **be.choice(content=call.gold),
                "logprobs": {"content": [{"token": "a", "logprob": -0.5}]},
            }
        ),
        {"logprobs": True},
        sent={"logprobs": True},
    ),
    Row(
        "log-probabilities refused",
        be.refusing("logprobs", "logprobs is not supported"),
        {"logprobs": True},
        change="logprobs is left out",
    ),
]
STREAMS = [
    Row("a stream", be.gold, {"stream": True}, sent={"stream": True}),
    Row(
        "a stream only",
        lambda call: (
            be.gold(call)
            if call.body.get("stream")
            else be.error(400, "This model only supports streaming: set stream=true")
        ),
        change="answers are streamed",
    ),
    Row(
        "no stream",
        lambda call: (
            be.error(400, "streaming is not supported")
            if call.body.get("stream")
            else be.gold(call)
        ),
        {"stream": True},
        change="answers are not streamed",
    ),
    Row("a stream that nobody asked for", lambda call: be.streamed(call.gold)),
    Row(
        "JSON where a stream was asked for",
        lambda call: be.chat(be.choice(content=call.gold)),
        {"stream": True},
    ),
    Row(
        "stream_options refused",
        be.refusing("stream_options", "Unrecognized request argument: stream_options"),
        {"stream": True},
        change="stream_options is left out",
    ),
    Row(
        "a streamed thought",
        lambda call: be.events(
            be.piece(reasoning_content="h"),
            be.piece(reasoning_content="m"),
            be.piece(content=call.gold),
            be.piece("stop"),
        ),
        {"stream": True},
        text="<think>\nhm\n</think>\n",
    ),
    Row(
        "a streamed refusal",
        lambda call: be.events(be.piece(refusal="No"), be.piece("stop")),
        {"stream": True},
        accuracy=0.0,
        ending="refusal",
        text="No",
    ),
    Row(
        "a stream that breaks off once",
        lambda call: (
            be.events(be.piece(content="x"), end="") if call.number == 0 else be.gold(call)
        ),
        {"stream": True},
    ),
    Row(
        "an error in a stream, once",
        lambda call: (
            be.events({"error": {"message": "overloaded", "code": 503}})
            if call.number == 0
            else be.gold(call)
        ),
        {"stream": True},
    ),
    Row(
        "comments in a stream",
        lambda call: be.Reply(b": keep-alive\n\n" + be.streamed(call.gold).data),
        {"stream": True},
    ),
]
ENDPOINTS = [
    Row("completions", be.gold, {"endpoint": "completions"}),
    Row(
        "responses",
        be.gold,
        {"endpoint": "responses"},
        sent={"max_output_tokens": 1024, "seed": None},
    ),
    Row(
        "responses with reasoning",
        lambda call: be.responses(
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "content": [{"type": "output_text", "text": call.gold}]},
        ),
        {"endpoint": "responses"},
        text="<think>\nhm\n</think>\n",
    ),
    Row(
        "responses cut",
        lambda call: be.responses(
            {"type": "message", "content": [{"type": "output_text", "text": "so"}]},
            status="incomplete",
            incomplete_details={"reason": "max_output_tokens"},
        ),
        {"endpoint": "responses"},
        accuracy=0.0,
        ending="length",
    ),
    Row(
        "responses with a refusal",
        lambda call: be.responses(
            {"type": "message", "content": [{"type": "refusal", "refusal": "No"}]}
        ),
        {"endpoint": "responses"},
        accuracy=0.0,
        ending="refusal",
        text="No",
    ),
    Row(
        "responses with a tool call",
        lambda call: be.responses({"type": "function_call", "name": "f", "arguments": "{}"}),
        {"endpoint": "responses"},
        accuracy=0.0,
        ending="tool_calls",
    ),
    Row(
        "responses that refuse temperature",
        be.refusing("temperature", "Unsupported parameter: 'temperature'", param="temperature"),
        {"endpoint": "responses"},
        change="temperature is left out",
    ),
]
FAILURES = [
    Row("401", lambda call: be.error(401, "Incorrect API key provided"),
        refused="refused the key in .*Incorrect API key"),
    Row("402", lambda call: be.error(402, "Insufficient credits"), refused="Insufficient credits"),
    Row("403", lambda call: be.error(403, "Country not served"), refused="Country not served"),
    Row("404", lambda call: be.error(404, "The model `m` does not exist"), refused="no model 'm'"),
    Row("405", lambda call: be.Reply(b"<p>Method Not Allowed</p>", 405), refused="/v1"),
    Row("no quota", lambda call: be.error(429, "You exceeded your current quota",
        code="insufficient_quota"), refused="exceeded your current quota"),
    Row("every request refused alike", lambda call: be.error(400, f"bad thing, no. {call.number}"),
        refused="refuses every request: bad thing"),
    Row("429 twice", be.failing_first(2, be.error(429, "slow down"))),
    Row("429 with a date", be.failing_first(1, be.json_reply({"error": "slow"}, 429, **{
        "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}))),
    Row("429 with milliseconds", be.failing_first(1, be.json_reply({"error": "slow"}, 429, **{
        "retry-after-ms": "5"}))),
    Row("500 of HTML", be.failing_first(2, be.Reply(b"<html><body>oops</body></html>", 500))),
    Row("502, then 503, then 504", lambda call: be.Reply(b"", (502, 503, 504)[call.number])
        if call.number < 3 else be.gold(call)),
    Row("529 overloaded", be.failing_first(1, be.error(529, "Overloaded"))),
    Row("an error inside a success", be.failing_first(1, be.json_reply(
        {"error": {"message": "upstream", "code": 502}}))),
    Row("a key refused inside a success", lambda call: be.json_reply(
        {"error": {"message": "no key", "code": 401}}), refused="no key"),
    Row("a body cut short", be.failing_first(2, be.Reply(b'{"choices": [{"mess', cut=9))),
    Row("no choices", be.failing_first(1, be.json_reply({"choices": []}))),
    Row("a null message", be.failing_first(1, be.json_reply({"choices": [{"message": None}]}))),
    Row("a list in place of an object", be.failing_first(1, be.json_reply([1, 2]))),
    Row("text in Latin-1", be.failing_first(1, be.Reply('{"a": "é"}'.encode("latin-1")))),
    Row("finish_reason error", be.failing_first(1, be.chat(be.choice("error", content="x")))),
    Row("damaged for good", lambda call: be.Reply(b"{"), {"retries": 1},
        error="gave up after 2 tries"),
    Row("down for good", lambda call: be.error(503, "down"), {"retries": 1},
        error="gave up after 2 tries: down"),
    Row("silent once", lambda call: be.Reply(be.gold(call).data, delay=0.8 if call.number == 0
        else 0), {"timeout": 0.4, "retries": 30}),
]  # fmt: skip
TABLE = [fast(row) for row in ENDINGS + SHAPES + PARAMETERS + STREAMS + ENDPOINTS + FAILURES]


def test_the_table_has_sixty_rows_of_different_names() -> None:
    assert len(TABLE) >= 60
    assert [name for name, count in Counter(row.name for row in TABLE).items() if count > 1] == []


@pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])
def test_a_server_that_behaves_so(
    row: Row,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SOME_KEY", "k")
    monkeypatch.setattr("assay.harness.backends.servers.asking.FIRST_WAIT", 0.01)
    suite = load("arithmetic", size=SIZE, difficulty=1)
    golds = {problem.prompt: suite.gold(problem) for problem in suite}
    with be.serving(row.behaviour, golds) as server:
        model: Any = load_model("openai/m", base_url=server.url, **row.options)
        given: dict[str, Any] = {"out": tmp_path, "run_id": "r", "progress": False}
        if row.refused is not None:
            with pytest.raises(UsageError, match=row.refused):
                evaluate(model, [SPEC], row.samples, sampling=Sampling(), **given)
            assert list((tmp_path / "runs").iterdir()) == [], "nothing is half-written"
            return
        run = evaluate(model, [SPEC], row.samples, sampling=Sampling(), **given)
        last = server.calls[-1].body
    records = list(run.folder.samples())
    if row.error is not None:
        assert records == []
        assert row.error in run.summary["errors"]["last"]
        assert run.summary["missing"] == SIZE
        return
    keys = Counter((record["problem_id"], record["sample"]) for record in records)
    assert set(keys.values()) == {1}
    assert len(keys) == SIZE * row.samples
    assert run.accuracy == {"arithmetic": row.accuracy}
    assert {record["finish_reason"] for record in records} == {row.ending}
    assert run.summary["suites"]["arithmetic"]["endings"] == {row.ending: SIZE * row.samples}
    for name, value in row.sent.items():
        assert last.get(name) == value
    if row.text is not None:
        assert all(row.text in record["completion"] for record in records)
    if row.change is not None:
        changes = run.folder.manifest()["changed_requests"].values()
        assert any(row.change in change for change in changes)
        assert any(row.change in message for message in caplog.messages)
    else:
        assert set(model.activity.changes) <= {"max_tokens"}
