"""Tools through chat templates: what is rendered, and calls read in the template's format."""

import json
from dataclasses import replace

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Message, Request, ToolCall
from assay.harness.backends.encoding import Encoder
from assay.harness.backends.hf import HfModel
from assay.harness.backends.tool_formats import read
from assay.harness.evaluation import TaskSpec, evaluate
from assay.tasks import load
from transformers import AutoTokenizer

HERMES = """{%- if tools %}<|system|>
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}{% endif %}
{%- for m in messages %}<|{{ m.role }}|>
{%- if m.role == "assistant" %}
{%- set content = m.content.split('</think>')[-1] if not loop.last else m.content %}{{ content }}
{%- for c in m.tool_calls or [] %}
<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}
{%- elif m.role == "tool" %}<tool_response>{{ m.content }}</tool_response>
{%- else %}{{ m.content }}{% endif %}
{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"""
MISTRAL = """{%- if tools %}[AVAILABLE_TOOLS]{{ tools | tojson }}[/AVAILABLE_TOOLS]{% endif %}
{%- for m in messages %}
{%- if m.role == "assistant" and m.tool_calls %}[TOOL_CALLS] [
{%- for c in m.tool_calls %}{% if c.id | length != 9 %}{{ raise_exception("nine") }}{% endif %}
{{- c.function | tojson }}{% if not loop.last %}, {% endif %}{% endfor %}]
{%- elif m.role == "tool" %}[TOOL_RESULTS] {"content": {{ m.content | tojson }}, "call_id": "
{{- m.tool_call_id }}"}[/TOOL_RESULTS]
{%- elif m.role == "user" %}[INST]{{ m.content }}[/INST]{% else %}{{ m.content }}{% endif %}
{%- endfor %}"""
LLAMA = """{%- for m in messages %}<|start_header_id|>
{%- if m.tool_calls %}{% if m.tool_calls | length != 1 %}{{ raise_exception("single") }}{% endif %}
{%- set c = m.tool_calls[0].function %}assistant
{"name": "{{ c.name }}", "parameters": {{ c.arguments | tojson }}}
{%- elif m.role == "tool" %}ipython
{{ m.content }}
{%- else %}{{ m.role }}
{{ m.content }}
{%- if m.role == "user" and loop.first and tools %}{{ tools | tojson }}{% endif %}{% endif %}
{%- endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant
{% endif %}"""
FIELD = HERMES.replace(
    "m.content.split('</think>')[-1] if not loop.last else m.content",
    "'<think>' + m.reasoning_content + '</think>' + m.content "
    "if m.reasoning_content else m.content",
)
PLAIN = "{% for m in messages %}{{ m.content }}{% endfor %}"
FORMATS = {"hermes": HERMES, "mistral": MISTRAL, "llama": LLAMA}


def encoder(folder, template):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = template
    return Encoder(tokenizer, 4000)


def rendered(found, messages, tools=()):
    """The text that a conversation is encoded as."""
    asked = Request(load("hanoi", difficulty=1, size=1), None, 0, 0, messages=messages, tools=tools)
    made = []
    template = found.tokenizer.apply_chat_template
    found.tokenizer.apply_chat_template = lambda *a, **k: made.append(template(*a, **k)) or made[-1]
    try:
        found.encode(asked)
    finally:
        found.tokenizer.apply_chat_template = template
    return made[-1]


@pytest.mark.parametrize("name", FORMATS)
def test_the_format_is_that_of_the_template(folder, name):
    assert encoder(folder, FORMATS[name]).tool_format == name


@pytest.mark.parametrize("template", [PLAIN, None, "{{ raise_exception('no') }}",
                                      HERMES.replace('{"name": "', "<function=")])  # fmt: skip
def test_other_templates_leave_tools_to_the_text(folder, template):
    assert encoder(folder, template).tool_format is None


TWO = (ToolCall("a", "move", '{"source": 1}'), ToolCall("b", "move", '{"source": 2}'))
TALK = (
    Message("user", "Play."),
    Message("assistant", "So.", TWO, thought="<think>secret</think>"),
    Message("tool", "first", call_id="a"),
    Message("tool", "second", call_id="b"),
)


@pytest.mark.parametrize("name", FORMATS)
def test_a_conversation_is_rendered_and_read_again(folder, name):
    found = encoder(folder, FORMATS[name])
    tools = tuple(load("hanoi", difficulty=1, size=1).start(load("hanoi", size=1)[0]).tools)
    text = rendered(found, TALK, tools)
    assert "Move the top disk" in text
    assert text.index('"source": 1') < text.index('"source": 2')
    assert text.index("first") < text.index("second")
    assert "secret" not in text
    if name == "llama":  # one call in a message, each with its answer
        assert text.index("first") < text.index('"source": 2')
    else:
        assert text.index('"source": 2') < text.index("first")


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        (FIELD, "<think>secret</think>So."),  # the template keeps it
        (HERMES, "<|assistant|>So."),  # the template drops it
        (PLAIN, "Play.So."),  # nothing about thoughts: it is left out
    ],
)
def test_thoughts_are_the_templates_affair(folder, template, kept):
    assert kept in rendered(encoder(folder, template), TALK).replace("\n", "")


MOVE = {"source": 1, "target": 2}
SAID = json.dumps({"name": "move", "arguments": MOVE})
LLAMA_SAID = json.dumps({"name": "move", "parameters": MOVE})


@pytest.mark.parametrize(
    ("written", "text", "beside", "calls"),
    [
        ("hermes", f"Well.\n<tool_call>\n{SAID}\n</tool_call>", "Well.", 1),
        ("hermes", f"<tool_call>{SAID}</tool_call><tool_call>{SAID}", "", 2),
        ("hermes", f"<think><tool_call>{SAID}</tool_call></think>no", "<think>...</think>no", 0),
        ("hermes", f"a<tool_response>x</tool_response><tool_call>{SAID}</tool_call>", "a", 0),
        ("hermes", LLAMA_SAID, LLAMA_SAID, 0),
        ("mistral", f"Well. [TOOL_CALLS] [{SAID}, {SAID}]", "Well.", 2),
        ("mistral", f"[TOOL_CALLS]move[ARGS]{json.dumps(MOVE)}", "", 1),
        ("mistral", f"a[TOOL_RESULTS]x[/TOOL_RESULTS][TOOL_CALLS][{SAID}]", "a", 0),
        ("mistral", f"[{SAID}]", f"[{SAID}]", 0),
        ("llama", LLAMA_SAID, "", 1),
        ("llama", f"<|python_tag|>{LLAMA_SAID}; {LLAMA_SAID}", "", 2),
        ("llama", f"Well. {LLAMA_SAID}", f"Well. {LLAMA_SAID}", 0),
        ("llama", f"{LLAMA_SAID}<|start_header_id|>ipython", "", 1),
    ],
)
def test_calls_are_read_in_their_own_format(written, text, beside, calls):
    said, found = read(text, written)
    assert len(found) == calls
    assert said == beside.replace("...", f"<tool_call>{SAID}</tool_call>")
    assert all(one.name == "move" and json.loads(one.arguments) == MOVE for one in found)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("hermes", "<tool_call>no</tool_call>"),
        ("mistral", "[TOOL_CALLS] [1]"),
        ("mistral", "[TOOL_CALLS] {"),
        ("mistral", "[TOOL_CALLS]move[ARGS]{"),
        ("hermes", "<tool_call>" + "[" * 100_000),
        ("llama", '{"name": "move", "parameters": "{"}'),
    ],
)
def test_a_malformed_call_is_an_illegal_action(written, text):
    (call,) = read(text, written)[1]
    suite = load("hanoi", difficulty=1, size=1)
    assert not suite.start(suite[0]).call(call.name, call.arguments).legal


@pytest.mark.parametrize("name", FORMATS)
def test_an_episode_is_played_through_the_template(folder, name, tmp_path, monkeypatch):
    """The model's answers are put in its mouth; the rest is the backend's own way."""
    suite = load("hanoi", difficulty=1, size=2, seed=5)
    plays = {one.prompt: iter(suite.solve(one)) for one in suite}
    model = load_model(f"hf/{folder}", device="cpu")
    assert isinstance(model, HfModel)
    assert not model.calls_tools
    found = replace(model.encoder, context=8000)
    found.tokenizer.chat_template = FORMATS[name]
    model = HfModel("tiny", model.model, found, 4, tools="template")

    def rows(batch, sampling):
        for encoded in batch:
            call = next(plays[encoded.request.problem.prompt])
            given = {"name": call.name, "arguments": call.arguments}
            text = {
                "hermes": f"<tool_call>{json.dumps(given)}</tool_call>",
                "mistral": f"[TOOL_CALLS] [{json.dumps(given)}]",
                "llama": json.dumps({"name": call.name, "parameters": call.arguments}),
            }[name]
            yield [*found.tokenizer(text)["input_ids"], found.tokenizer.eos_token_id]

    monkeypatch.setattr(model, "_rows", lambda batch, sampling: list(rows(batch, sampling)))
    spec = TaskSpec("hanoi", {"difficulty": 1, "size": 2, "seed": 5})
    run = evaluate(model, [spec], out=tmp_path, run_id="played", progress=False)
    assert [one["verdict"]["status"] for one in run.folder.samples()] == ["correct"] * 2


def test_a_template_with_tools_is_used_unless_text_is_asked_for(folder, tmp_path):
    import shutil

    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    tokenizer = AutoTokenizer.from_pretrained(copy)
    tokenizer.chat_template = HERMES
    tokenizer.save_pretrained(copy)
    assert load_model(f"hf/{copy}", device="cpu").calls_tools
    assert not load_model(f"hf/{copy}", device="cpu", tools="text").calls_tools
    assert not load_model(f"hf/{folder}", device="cpu").calls_tools
