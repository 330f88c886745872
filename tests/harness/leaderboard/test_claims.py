"""Claims, dated prices and training runs: shown beside what was measured, never ranked."""

import json
from pathlib import Path

import pytest
from assay.harness.backends import load_model
from assay.harness.backends.contract import Price
from assay.harness.evaluation import TaskSpec, evaluate
from assay.harness.export_formats import export_every_eval_ever, export_hf_results
from assay.harness.leaderboard.build import build_leaderboard
from assay.harness.leaderboard.claims import (
    price_on,
    published_claims,
    published_prices,
    read_claims,
)
from assay.sandbox.errors import UsageError


def test_the_shipped_claims_have_dates_sources_and_prices() -> None:
    claims = published_claims()
    by_key = {(claim["model"], claim["suite"]): claim for claim in claims}
    r1 = by_key["DeepSeek-R1", "aime24"]
    assert (r1["score"], r1["output_price"]) == (0.798, 2.19)
    assert by_key["OpenAI o1-1217", "math500"]["output_price"] == 60
    assert len(by_key) == len(claims), "no model is claimed twice on a suite"
    for claim in claims:
        assert claim["url"].startswith("https://")
        assert "2024-05-01" < claim["date"] < "2026-01-01"


def test_a_price_holds_from_its_first_to_its_last_day() -> None:
    prices = published_prices()
    assert price_on(prices, "openai/deepseek-chat", "2025-02-08T23:59") == Price(0.14, 0.28, 0.014)
    assert price_on(prices, "openai/deepseek-chat", "2025-02-09") == Price(0.27, 1.10, 0.07)
    assert price_on(prices, "openai/deepseek-chat", "2024-01-01") is None
    assert price_on(prices, "another", "2025-02-09") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[", "not TOML"),
        ('[[claims]]\nmodel = "m"\n', "claims.0.source: Field required"),
        (
            '[[claims]]\nsource = "s"\nmodel = "m"\nreleased = 2026-01-01\nscores = {a = 0.5}\n',
            "source 's' is not described",
        ),
        (
            '[sources.s]\ntitle = "t"\nurl = "https://x"\n[[claims]]\nsource = "s"\n'
            'model = "m"\nreleased = 2026-01-01\nscores = {a = 79.8}\n',
            "m on a: 79.8 is no share between 0 and 1",
        ),
        ('[sources.s]\ntitle = "t"\nurl = "javascript:x"\n', "sources.s.url"),
        ("other = 1\n", "other: Extra inputs"),
    ],
)
def test_bad_claims_are_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as refusal:
        read_claims(path)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_claims_change_no_rank_and_training_runs_are_shown(tmp_path: Path) -> None:
    specs = [TaskSpec("arithmetic", {"size": 20, "difficulty": 1})]
    for name in ("oracle", "random"):
        evaluate(load_model(name), specs, 1, out=tmp_path, run_id=name, progress=False)
    before = build_leaderboard(tmp_path)
    path = tmp_path / "claims.toml"
    path.write_text(
        '[sources.s]\ntitle = "t"\nurl = "https://x"\n[[claims]]\nsource = "s"\nmodel = "m"\n'
        "released = 2026-01-01\nscores = {arithmetic = 1.0}\n"
    )
    run = tmp_path / "training" / "m" / "rl"
    run.mkdir(parents=True)
    (run / "manifest.json").write_text('{"kind": "grpo", "parameters": 7}')
    steps = [{"step": i, "reward": i / 200, "seconds": 36.0, "cost/flops": 1e9} for i in range(200)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(s) + "\n" for s in steps) + '{"torn')
    damaged = tmp_path / "training" / "bad"
    damaged.mkdir()
    (damaged / "metrics.jsonl").write_text("{}\n")
    after = build_leaderboard(tmp_path, claims_file=path)
    assert before["groups"] == after["groups"]
    assert {claim["model"] for claim in after["claims"]} > {"m", "DeepSeek-R1"}
    (training,) = after["training"]
    assert (training["name"], training["kind"], training["hours"]) == ("m/rl", "grpo", 2.0)
    assert len(training["curves"]["reward"]) == 80
    assert training["cost"]["flops"] == 1e9
    assert [notice["run"] for notice in after["notices"]] == ["training/bad"]


def test_published_prices_are_of_the_day_of_the_run(tmp_path: Path) -> None:
    specs = [TaskSpec("arithmetic", {"size": 10, "difficulty": 1})]
    run = evaluate(load_model("oracle"), specs, 1, out=tmp_path, run_id="r", progress=False)
    path = run.folder.manifest_path
    manifest = json.loads(path.read_text())
    manifest["model"]["name"] = "openai/deepseek-reasoner"
    manifest["started"] = "2025-02-01T00:00:00+00:00"
    path.write_text(json.dumps(manifest))
    samples = run.folder.samples_path
    text = samples.read_text().replace('"completion_tokens":null', '"completion_tokens":1000')
    samples.write_text(text)
    row = build_leaderboard(tmp_path, Path("published"))["groups"][0]["rows"]["r"]
    assert row["cost"] == pytest.approx(10 * 1000 * 2.19 / 1e6)
    assert row["cost_per_solved"] == pytest.approx(1000 * 2.19 / 1e6)


def test_what_was_exported_is_read_back_as_claims(own_rows: str, tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    spec = TaskSpec("gsm8k", {"data_dir": own_rows})
    run = evaluate(load_model("oracle"), [spec], out=tmp_path, run_id="g", progress=False)
    (path,) = export_every_eval_ever(run.folder, tmp_path / "eee")
    (claim,) = read_claims(path)
    day = run.folder.manifest()["started"][:10]
    assert (claim["model"], claim["suite"], claim["score"]) == ("oracle", "gsm8k", 1.0)
    assert claim["date"] == day
    (path,) = export_hf_results(run.folder, tmp_path / "our-model")
    (claim,) = read_claims(path)
    assert (claim["model"], claim["suite"], claim["score"]) == ("our-model", "gsm8k", 1.0)
    assert claim["date"] == day


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", "{}"), ("x.json", "["), ("x.json", "[]"),
        ("x.yaml", "a: ["), ("x.yaml", "- value: 1"), ("x.yaml", "3"), ("x.yaml", "- 3"),
        ("x.yaml", '- dataset: {id: "a/b", task_id: c}\n  value: 120'),
        ("x.yaml", '- dataset: {id: a/b, task_id: c}\n  value: 1\n  source: {url: "javascript:1"}'),
    ],
)  # fmt: skip
def test_a_bad_foreign_file_is_one_line(tmp_path: Path, name: str, text: str) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match="not a ") as refusal:
        read_claims(path)
    assert "\n" not in str(refusal.value)
