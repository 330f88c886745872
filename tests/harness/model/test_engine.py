import math

import pytest
import torch
from assay.harness.model import GenerationEngine, LanguageModel, ModelConfig, SamplingParams
from assay.harness.model.sampling import sample, sample_plain, uniforms
from assay.harness.model.speculative import generate_speculative
from assay.sandbox.errors import UsageError
from scipy import stats

CONFIG = ModelConfig.preset(
    "nano", vocab_size=96, hidden_size=48, num_hidden_layers=3, max_position_embeddings=128,
    initializer_range=0.1, moe_intermediate_size=32, intermediate_size=64,
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(CONFIG)


@pytest.fixture(scope="module")
def wide() -> LanguageModel:
    """A latent too wide to be absorbed, with low-rank queries and biases."""
    torch.manual_seed(1)
    changes = {"kv_lora_rank": 40, "qk_nope_head_dim": 12, "v_head_dim": 12, "q_lora_rank": 20}
    return LanguageModel(CONFIG.replace(attention_bias=True, **changes))


@pytest.fixture(scope="module")
def low_rank() -> LanguageModel:
    torch.manual_seed(2)
    torch_model = LanguageModel(CONFIG.replace(attention_bias=True, q_lora_rank=20))
    with torch.no_grad():
        for name, parameter in torch_model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(std=0.1)
    return torch_model


def prompts(count: int, longest: int = 20) -> list[list[int]]:
    generator = torch.Generator().manual_seed(3)
    lengths = torch.randint(1, longest + 1, (count,), generator=generator).tolist()
    return [torch.randint(3, 96, (n,), generator=generator).tolist() for n in lengths]


@pytest.mark.parametrize("which", ["model", "wide", "low_rank"])
def test_logprobs_are_those_of_the_uncached_forward(which, request):
    net = request.getfixturevalue(which)
    engine = GenerationEngine(net, slots=7, end_tokens=(5,))
    asked = prompts(4)
    rollouts = engine.generate(asked, 3, SamplingParams(max_tokens=25, temperature=0.7), seed=1)
    assert [(r.prompt, r.sample) for r in rollouts] == [(p, s) for p in range(4) for s in range(3)]
    for rollout in rollouts:
        prompt = asked[rollout.prompt]
        with torch.no_grad():
            logits = net(torch.tensor([prompt + rollout.tokens]))[0, len(prompt) - 1 : -1]
        taken = torch.tensor(rollout.tokens).unsqueeze(1)
        for values, temperature in ((rollout.logprobs, 1), (rollout.sampled_logprobs, 0.7)):
            expected = (logits / temperature).log_softmax(-1).gather(1, taken).squeeze(1)
            torch.testing.assert_close(torch.tensor(values), expected, atol=2e-5, rtol=1e-4)
        ended = rollout.tokens[-1] == 5
        assert rollout.finish_reason == ("stop" if ended else "length")
        assert 5 not in rollout.tokens[:-1]
        assert ended or len(rollout.tokens) == 25


def test_a_row_does_not_depend_on_its_batch(model):
    asked = prompts(6)
    settings = [
        SamplingParams(max_tokens=12 + i, temperature=t, top_k=k, top_p=p)
        for i, (t, k, p) in enumerate(
            [(1, 0, 1), (0, 0, 1), (0.5, 0, 1), (1, 4, 1), (1, 0, 0.8), (2, 9, 0.9)]
        )
    ]
    seeds = list(range(50, 62))
    together = GenerationEngine(model, slots=12).generate(asked, 2, settings, seeds)
    few = GenerationEngine(model, slots=5).generate(asked, 2, settings, seeds)
    rare = GenerationEngine(model, slots=12, check_every=7).generate(asked, 2, settings, seeds)
    for index, rollout in enumerate(together):
        alone = GenerationEngine(model).generate(
            [asked[index // 2]], 1, settings[index // 2], [seeds[index]]
        )[0]
        for other in (few[index], rare[index], alone):
            assert rollout.tokens == other.tokens
            assert rollout.finish_reason == other.finish_reason
            torch.testing.assert_close(
                torch.tensor(rollout.logprobs), torch.tensor(other.logprobs), atol=1e-5, rtol=1e-4
            )


def test_greedy_is_the_argmax_of_the_uncached_forward(model):
    asked = prompts(3)
    for rollout in GenerationEngine(model, end_tokens=()).generate(
        asked, 1, SamplingParams(max_tokens=10, temperature=0)
    ):
        tokens = list(asked[rollout.prompt])
        for token in rollout.tokens:
            assert int(model(torch.tensor([tokens]))[0, -1].argmax()) == token
            tokens.append(token)


def test_weights_changed_in_place_are_used(model):
    changed = LanguageModel(CONFIG)
    changed.load_state_dict(model.state_dict())
    engine = GenerationEngine(changed)
    asked, sampling = prompts(2), SamplingParams(max_tokens=15)
    before = engine.generate(asked, 2, sampling)
    with torch.no_grad():
        for parameter in changed.parameters():
            parameter.mul_(1.1)
    after = engine.generate(asked, 2, sampling)
    assert [r.logprobs for r in before] != [r.logprobs for r in after]
    fresh = GenerationEngine(changed).generate(asked, 2, sampling)
    assert [r.tokens for r in after] == [r.tokens for r in fresh]


def test_rows_leave_as_they_finish(model):
    sampling = [SamplingParams(max_tokens=n) for n in (30, 3, 10)]
    stream = GenerationEngine(model, end_tokens=()).stream(prompts(3), 1, sampling)
    assert [r.prompt for r in stream] == [1, 2, 0]


def test_the_engine_stops_at_the_context(model):
    rollout = GenerationEngine(model, end_tokens=()).generate(
        [[7] * 120], 1, SamplingParams(max_tokens=500)
    )[0]
    assert len(rollout.tokens) == 8
    assert rollout.finish_reason == "length"


def test_stop_token_ids_and_texts(model):
    class Letters:
        eos_token_id = 1

        def decode(self, tokens, skip_special_tokens=False):
            return "".join(chr(33 + t) for t in tokens)

    free = GenerationEngine(model, Letters(), end_tokens=())
    long = free.generate([[9, 4]], 1, SamplingParams(max_tokens=60), seed=4)[0].tokens
    text = Letters().decode(long)
    for check_every in (1, 16):
        engine = GenerationEngine(model, Letters(), end_tokens=(), check_every=check_every)
        token = SamplingParams(max_tokens=60, stop_token_ids=(long[10],))
        found = engine.generate([[9, 4]], 1, token, seed=4)[0]
        assert found.tokens == long[: long.index(long[10]) + 1]
        assert found.finish_reason == "stop"
        words = SamplingParams(max_tokens=60, stop=(text[20:23], "absent"))
        found = engine.generate([[9, 4]], 1, words, seed=4)[0]
        assert Letters().decode(found.tokens) == text[: text.index(text[20:23]) + 3]
        assert found.finish_reason == "stop"


def test_each_row_has_its_own_stops(model):
    class Letters:
        eos_token_id = 1

        def decode(self, tokens, skip_special_tokens=False):
            return "".join(chr(33 + t) for t in tokens)

    asked, seeds = [[9, 4], [9, 4], [7, 7, 7]], [4, 4, 9]
    free = GenerationEngine(model, Letters(), end_tokens=(), slots=2)
    plain = free.generate(asked, 1, SamplingParams(max_tokens=40), seeds)
    text = Letters().decode(plain[0].tokens)
    settings = [
        SamplingParams(max_tokens=40, stop=(text[6:9],)),
        SamplingParams(max_tokens=40),
        SamplingParams(max_tokens=40, stop_token_ids=(plain[2].tokens[5],)),
    ]
    first, second, third = free.generate(asked, 1, settings, seeds)
    assert Letters().decode(first.tokens) == text[: text.index(text[6:9]) + 3]
    assert second.tokens == plain[1].tokens == plain[0].tokens
    assert second.finish_reason == "length"
    assert third.tokens == plain[2].tokens[: plain[2].tokens.index(plain[2].tokens[5]) + 1]
    assert {first.finish_reason, third.finish_reason} == {"stop"}


def test_a_prompt_is_prefilled_once_for_its_group(model, monkeypatch):
    seen = []
    hidden = LanguageModel.hidden

    def counted(self, tokens_BT, *rest):
        seen.extend(tuple(row) for row in tokens_BT.tolist())
        return hidden(self, tokens_BT, *rest)

    monkeypatch.setattr(LanguageModel, "hidden", counted)
    asked = [[5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]
    # Groups wider than the slots: a group comes in over several admissions.
    GenerationEngine(model, slots=5, end_tokens=()).generate(asked, 4, SamplingParams(max_tokens=6))
    assert sorted(seen) == sorted([(5, 6, 7), (9, 10, 11), (13, 14, 15)])


def test_the_same_call_repeats_bit_for_bit(model):
    engine = GenerationEngine(model, slots=5)
    first = engine.generate(prompts(4), 3, SamplingParams(max_tokens=20), seed=8)
    assert engine.generate(prompts(4), 3, SamplingParams(max_tokens=20), seed=8) == first
    assert engine.generate(prompts(4), 3, SamplingParams(max_tokens=20), seed=9) != first


@pytest.mark.parametrize(
    ("asked", "group", "sampling", "message"),
    [
        ([[]], 1, None, "prompt 0 is empty"),
        ([[1], [2] * 128], 1, None, "prompt 1 has 128 tokens"),
        ([[96]], 1, None, "vocab_size is 96"),
        ([[1]], 0, None, "group 0"),
        ([[1]], 1, [SamplingParams()] * 3, "sampling: 3 given"),
        ([[1]], 1, SamplingParams(stop=("x",)), "without a tokenizer"),
    ],
)
def test_what_cannot_be_generated_says_why(model, asked, group, sampling, message):
    with pytest.raises(UsageError, match=message):
        GenerationEngine(model).generate(asked, group, sampling)


@pytest.mark.parametrize(
    "field",
    [
        {"max_tokens": 0},
        {"temperature": -1},
        {"temperature": math.nan},
        {"top_p": 0},
        {"top_k": -1},
        {"temperature": "hot"},
        {"top_p": None},
        {"stop": "</answer>"},
        {"stop": ("",)},
    ],
)
def test_sampling_fields_are_checked(field):
    with pytest.raises(UsageError, match=next(iter(field))):
        SamplingParams(**field)


def test_no_prompts_give_no_rollouts(model):
    assert GenerationEngine(model).generate([]) == []


def test_draws_follow_the_distribution():
    torch.manual_seed(0)
    rows, logits = 40_000, torch.randn(75) * 2
    uniform = uniforms(torch.arange(rows), torch.full((rows,), 3))
    assert stats.kstest(uniform.numpy(), "uniform").pvalue > 1e-3
    many = logits.expand(rows, -1)
    for temperature in (1.0, 0.6):
        tokens, _, _ = sample(many, torch.full((rows,), temperature), uniform)
        expected = (logits / temperature).softmax(-1).double() * rows
        usual = expected > 5
        observed = tokens.bincount(minlength=75).double()
        scale = observed[usual].sum() / expected[usual].sum()
        test = stats.chisquare(observed[usual].numpy(), (expected[usual] * scale).numpy())
        assert test.pvalue > 1e-3
        if temperature == 1:
            assert torch.equal(tokens, sample_plain(many, uniform)[0])


def test_uniforms_of_neighbouring_seeds_and_steps_are_unrelated():
    grid = uniforms(torch.arange(300).repeat_interleave(300), torch.arange(300).repeat(300)).view(
        300, 300
    )
    for other in (grid[1:], grid[:, 1:]):
        base = grid[: other.shape[0], : other.shape[1]]
        assert abs(stats.pearsonr(base.flatten(), other.flatten()).statistic) < 0.02


def test_truncation_equals_transformers():
    from transformers.generation.logits_process import TopKLogitsWarper, TopPLogitsWarper

    torch.manual_seed(0)
    logits = torch.randn(500, 40) * 2
    uniform = uniforms(torch.arange(500), torch.zeros(500, dtype=torch.int64))
    for top_k, top_p in [(5, 1.0), (0, 0.7), (8, 0.9), (1, 1.0), (0, 1e-6)]:
        kept = TopKLogitsWarper(top_k)(None, logits) if top_k else logits
        kept = TopPLogitsWarper(top_p)(None, kept) if top_p < 1 else kept
        limits = (torch.full((500,), top_p), torch.full((500,), top_k))
        tokens, _, drawn = sample(logits, torch.ones(500), uniform, limits)
        expected = kept.log_softmax(-1).gather(1, tokens.unsqueeze(1)).squeeze(1)
        torch.testing.assert_close(drawn, expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("depth", [1, 2])
def test_speculative_decoding_is_greedy_decoding(depth):
    torch.manual_seed(0)
    model = LanguageModel(CONFIG.replace(num_nextn_predict_layers=depth, initializer_range=0.05))
    generator = torch.Generator().manual_seed(5)
    cycle = torch.randint(3, 96, (11,), generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    from assay.harness.model import language_losses

    for step in range(40):
        tokens = torch.stack([cycle.roll(-i - step).repeat(4)[:36] for i in range(6)])
        tokens[:, ::9] = 4  # not quite periodic: some drafts must fail
        loss, further = language_losses(model.forward_train(tokens), tokens)
        optimizer.zero_grad()
        (loss + further).backward()
        optimizer.step()
    total = 0
    for start in range(4):
        prompt = cycle.roll(-start).tolist()
        expected = GenerationEngine(model, end_tokens=()).generate(
            [prompt], 1, SamplingParams(max_tokens=40, temperature=0)
        )[0]
        found = generate_speculative(model, prompt, 40)
        assert found.tokens == expected.tokens
        assert found.passes + found.accepted >= 39
        total += found.accepted
    assert total > 40


@pytest.mark.parametrize("which", ["model", "wide", "low_rank"])
@pytest.mark.parametrize("check_every", [1, 5])
def test_a_conversation_goes_on_in_its_cache(which, check_every, request, monkeypatch):
    net = request.getfixturevalue(which)
    engine = GenerationEngine(net, slots=3, end_tokens=(5,), check_every=check_every)
    asked = prompts(3)
    spoken: dict[tuple[int, int], list[tuple[list[int], list[float]]]] = {}
    heard: dict[tuple[int, int], list[list[int]]] = {}

    def follow(turn):
        key = turn.prompt, turn.sample
        said = spoken.setdefault(key, [])
        said.append((turn.tokens, turn.sampled_logprobs))
        if len(said) == 4:
            return None
        added = [7 + (turn.tokens[0] + at) % 80 for at in range(1 + (sum(key) + len(said)) % 5)]
        heard.setdefault(key, []).append(added)
        return added

    encoded = []
    whole = net.hidden
    monkeypatch.setattr(
        net, "hidden", lambda tokens: encoded.append(tokens.numel()) or whole(tokens)
    )
    settings = SamplingParams(max_tokens=6, temperature=0.7)
    last = list(engine.converse(asked, follow, 60, 3, settings, seed=1))
    monkeypatch.undo()
    assert sorted((turn.prompt, turn.sample) for turn in last) == sorted(spoken)
    assert sum(encoded) < 2 * sum(map(len, asked)) + 60  # prompts alone, with padding
    for (prompt, sample_number), turns in spoken.items():
        tokens, values, places = list(asked[prompt]), [], []
        for number, (said, logprobs) in enumerate(turns):
            assert len(said) <= 6
            assert 5 not in said[:-1]
            places += range(len(tokens), len(tokens) + len(said))
            values += logprobs
            tokens += said
            if number < 3:
                tokens += heard[prompt, sample_number][number]
        with torch.no_grad():
            logits = net(torch.tensor([tokens]))[0].float() / 0.7
        due = logits.log_softmax(-1)[torch.tensor(places) - 1, torch.tensor(tokens)[places]]
        torch.testing.assert_close(torch.tensor(values), due, atol=2e-5, rtol=1e-4)


def test_a_conversation_keeps_to_its_room(model):
    engine = GenerationEngine(model, slots=4, end_tokens=())
    settings = SamplingParams(max_tokens=10)
    turns = []
    more = iter([[9] * 4])
    (last,) = engine.converse(
        [[3, 4]], lambda turn: turns.append(turn) or next(more, None), 17, sampling=settings
    )
    assert [len(turn.tokens) for turn in turns] == [10, 3]  # 4 follow the first turn
    assert last is turns[1]
    with pytest.raises(UsageError, match="no room"):
        list(engine.converse([[3, 4]], lambda turn: [9] * 7, 17, sampling=settings))
