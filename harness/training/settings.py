"""The settings of each training command, checked by pydantic."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..checking import EngineSettings
from ..drift import FALSE_ALARM, SHARE, TOLERATED
from ..rewards import RewardRules

Kind = Literal["pretrain", "sft", "grpo", "reject", "distill", "recipe"]
Method = Literal["grpo", "dr_grpo", "dapo", "gspo", "cispo"]


class Strict(BaseModel):
    """A model that rejects unknown keys."""

    model_config = ConfigDict(extra="forbid", validate_default=False)


class ModelSettings(Strict):
    """Which model: a checkpoint folder, `hf/PATH` for any causal LM, or a preset from scratch."""

    checkpoint: str | None = None
    preset: str = "nano"
    """Preset of the bundled architecture, used without a checkpoint."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Fields of the preset to override."""
    lora_rank: int | None = Field(default=None, ge=1)
    """Train LoRA adapters of this rank (needs peft; `hf/` models only)."""
    lora_targets: list[str] | Literal["all-linear"] = "all-linear"


class OptimizerSettings(Strict):
    """Optimizer and schedule."""

    name: Literal["adamw", "muon"] = "adamw"
    lr: float = Field(default=1e-3, gt=0)
    muon_lr: float = Field(default=0.02, gt=0)
    """Learning rate of hidden matrices with muon; AdamW trains the rest with `lr`."""
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = Field(default=0.1, ge=0)
    clip_norm: float = Field(default=1.0, gt=0)
    warmup_steps: int = Field(default=20, ge=0)
    schedule: Literal["constant", "linear", "cosine"] = "cosine"
    final_lr_ratio: float = Field(default=0.1, ge=0, le=1)


class MixEntry(Strict):
    """One suite of the mixture."""

    suite: str
    weight: float = Field(default=1.0, gt=0)
    difficulties: list[int] | None = None
    """Levels to draw from; None for the suite's default (stored suites have no levels)."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Passed to `load`, for example {data_dir = "..."} ."""
    rows: str | None = None
    """A file of `assay curate` or `assay export`: only its problems are trained on."""


class NoiseSettings(Strict):
    """Errors added to worked solutions, so that the base model leaves room for RL."""

    direct: float = Field(default=0.15, ge=0, le=1)
    """Share of examples that answer without thinking."""
    corrected: float = Field(default=0.1, ge=0, le=1)
    """Share with one wrong step, followed by "wait" and the correct step."""
    uncorrected: float = Field(default=0.15, ge=0, le=1)
    """Share with one wrong step and a wrong answer."""
    random_plays: float = Field(default=0.3, ge=0, le=1)
    """Episodes: share played by random legal calls instead of the solver."""

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.direct + self.corrected + self.uncorrected > 1:
            raise ValueError("direct + corrected + uncorrected must not exceed 1")
        return self


class SearchSettings(Strict):
    """Shares of the kinds of search traces; see `search.py`. They must add up to 1."""

    direct: float = Field(default=0.15, ge=0, le=1)
    """An answer at once."""
    hasty: float = Field(default=0.15, ge=0, le=1)
    """One attempt without a verdict."""
    resigned: float = Field(default=0.5, ge=0, le=1)
    """One attempt with its verdict, given as the answer in any case."""
    retried: float = Field(default=0.2, ge=0, le=1)
    """Attempts until one is right. 0 is a control: nothing in the corpus acts on "no"."""
    patience: int = Field(default=8, ge=1)
    """Attempts after which a retried trace gives its last one as the answer."""

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = self.direct + self.hasty + self.resigned + self.retried
        if abs(total - 1) > 1e-6:
            raise ValueError(f"direct + hasty + resigned + retried is {total:g}: it must be 1")
        return self


class CorpusSettings(Strict):
    """The generated training text."""

    examples: int = Field(default=20_000, ge=1)
    noise: NoiseSettings = NoiseSettings()
    search: SearchSettings | None = None
    """Search traces in place of the suites' worked solutions with `noise`."""
    workers: int | None = Field(default=None, ge=1)
    """Worker processes; None for one per core."""
    cache: str | None = None
    """Folder of the shards; None for `corpus/` in the output folder."""
    shard: int = Field(default=1024, ge=1)
    deadline_minutes: float | None = Field(default=None, gt=0)
    """Train on the shards that are finished by then."""


class RunSettings(Strict):
    """Settings of every training run."""

    out: str
    seed: int = Field(default=0, ge=0)
    steps: int = Field(default=100, ge=1)
    max_minutes: float | None = Field(default=None, gt=0)
    """Stop after this wall time, when the schedule ends too. Not bit-for-bit reproducible."""
    model: ModelSettings = ModelSettings()
    optimizer: OptimizerSettings = OptimizerSettings()
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int | None = Field(default=None, ge=1)
    compile: bool = False
    save_every: int = Field(default=50, ge=1)
    keep: int = Field(default=2, ge=1)
    tensorboard: bool = False
    price_per_hour: float = Field(default=0.0, ge=0)
    """Price of one device-hour, in any currency, for the cost metrics."""


class HeldOutSettings(Strict):
    """Evaluation on problems of the test split during training."""

    every: int = Field(default=50, ge=1)
    problems: int = Field(default=16, ge=1)
    """Per suite and level."""
    samples: int = Field(default=1, ge=1)
    temperature: float = Field(default=1.0, ge=0)
    seed: int = Field(default=1_000_003, ge=0)


class TextRunSettings(RunSettings):
    """Runs over token rows: pretraining, SFT, distillation."""

    mix: list[MixEntry] = Field(default_factory=list)
    corpus: CorpusSettings = CorpusSettings()
    row_tokens: int = Field(default=512, ge=16)
    batch_rows: int = Field(default=8, ge=1)
    micro_rows: int | None = Field(default=None, ge=1)
    """Rows per forward pass; None for the whole batch."""
    mtp_weight: float = Field(default=0.1, ge=0)
    bias_update_speed: float = Field(default=1e-3, ge=0)
    aux_weight: float = Field(default=1e-4, ge=0)

    @model_validator(mode="after")
    def _rows(self) -> Self:
        if self.micro_rows is not None and self.batch_rows % self.micro_rows:
            raise ValueError(
                f"batch_rows {self.batch_rows} is not divisible by micro_rows {self.micro_rows}"
            )
        return self


class PretrainSettings(TextRunSettings):
    """`assay train pretrain`: next-token and multi-token prediction over whole examples."""

    @model_validator(mode="after")
    def _mix(self) -> Self:
        if not self.mix:
            raise ValueError("mix is empty: name at least one suite as [[mix]]")
        return self


class SftSettings(TextRunSettings):
    """`assay train sft`: loss on completions only, over worked solutions or a JSONL file."""

    data: str | None = None
    """JSONL of {"prompt", "completion"}; None for worked solutions of `mix`."""
    epochs: float | None = Field(default=None, gt=0)
    """Overrides `steps`."""

    @model_validator(mode="after")
    def _source(self) -> Self:
        if not self.mix and self.data is None:
            raise ValueError("give data = FILE.jsonl, or at least one [[mix]]")
        return self


class DistillSettings(TextRunSettings):
    """`assay train distill`: a teacher's verified outputs, or its logits, into a student."""

    teacher: str
    mode: Literal["sequence", "logits"] = "sequence"
    samples: int = Field(default=4, ge=1)
    problems: int = Field(default=256, ge=1)
    max_tokens: int = Field(default=256, ge=1)
    temperature: float = Field(default=1.0, gt=0)
    """Sampling temperature of the teacher."""
    soften: float = Field(default=1.0, gt=0)
    """Temperature of both distributions in logit distillation."""

    @model_validator(mode="after")
    def _mix(self) -> Self:
        if not self.mix:
            raise ValueError("mix is empty: name at least one suite as [[mix]]")
        return self


class RewardSettings(Strict):
    """The source of rewards, and the handling of failures."""

    source: str = "verdict"
    """"verdict", or a callable `module:function` of (problem, completion) -> float or None."""
    workers: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=60.0, gt=0)
    """Seconds after which a worker that has not replied is killed."""
    on_failure: Literal["drop", "stop"] = "drop"
    """After None, an exception, a hang or a dead worker: drop the completion, or stop."""
    give_up_after: int = Field(default=5, ge=1)
    """Training stops after this many consecutive steps without any reward."""
    format_bonus: float = Field(default=0.0, ge=0, le=1)
    """Added when a completion is exactly one <think> block and one <answer> block."""


class AlarmSettings(Strict):
    """The alarm for a callable reward that pays what the strict verdict refuses."""

    share: float = Field(default=SHARE, ge=0, le=1)
    """Share of the completions on which the strict verdict is made too; 0 switches it off."""
    false_alarm: float = Field(default=FALSE_ALARM, gt=0, lt=1)
    """Probability that a run whose reward is not exploited ever raises the alarm."""
    tolerated: float = Field(default=TOLERATED, gt=0, lt=1)
    """Share of overpaid completions that is no reason for an alarm."""
    stop: bool = False
    """Stop the run when the alarm is raised."""


class GrpoSettings(RunSettings):
    """`assay train grpo`: groups of samples, verdict rewards, a policy loss."""

    method: Method = "grpo"
    mix: list[MixEntry] = Field(min_length=1)
    batch_size: int = Field(default=128, ge=2)
    """Completions per step."""
    group_size: int = Field(default=16, ge=2)
    max_prompt_tokens: int = Field(default=256, ge=1)
    max_tokens: int = Field(default=256, ge=1)
    """Of a completion; of an episode, all that follows the prompt, observations included."""
    turn_tokens: int | None = Field(default=None, ge=1)
    """Tokens of one message of an episode; None for `max_tokens`."""
    max_turns: int | None = Field(default=None, ge=1)
    """Messages of an episode; None for the limit of its suite."""
    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    inner_epochs: int = Field(default=1, ge=1)
    minibatches: int = Field(default=1, ge=1)
    """Updates per inner epoch."""
    micro_tokens: int = Field(default=16_384, ge=64)
    """Padded tokens per forward and backward pass."""
    epsilon_low: float = Field(default=0.2, gt=0, lt=1)
    epsilon_high: float | None = Field(default=None, gt=0)
    """None: 0.2, and 0.28 for dapo; GSPO's paper uses 3e-4 and 4e-4 for both."""
    ratio_cap: float = Field(default=5.0, gt=0)
    beta: float = Field(default=0.0, ge=0)
    importance_cap: float = Field(default=2.0, gt=0)
    """Upper bound of the sampler-trainer importance weights."""
    correct_mismatch: bool = True
    overlong_buffer: int = Field(default=0, ge=0)
    """dapo: the length penalty grows over this many last tokens; 0 disables it."""
    resample: int = Field(default=3, ge=0)
    """dapo: how often groups with equal rewards are replaced within one step."""
    curriculum: Literal["uniform", "ladder", "learnable"] = "uniform"
    reward: RewardSettings = RewardSettings()
    alarm: AlarmSettings = AlarmSettings()
    engine: EngineSettings = EngineSettings()
    """What makes the verdicts: this machine, or a Ray cluster."""
    held_out: HeldOutSettings = HeldOutSettings()
    samples_kept: int = Field(default=8, ge=0)
    """Completions per step written to samples.jsonl."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.batch_size % self.group_size:
            raise ValueError(
                f"batch_size {self.batch_size} is not divisible by group_size {self.group_size}"
            )
        if self.batch_size % self.minibatches:
            raise ValueError(
                f"batch_size {self.batch_size} is not divisible by minibatches {self.minibatches}"
            )
        if self.overlong_buffer >= self.max_tokens:
            raise ValueError(
                f"overlong_buffer {self.overlong_buffer} must be below max_tokens {self.max_tokens}"
            )
        return self

    @property
    def reward_rules(self) -> RewardRules:
        """What is rewarded besides a correct completion: format, and for dapo the length."""
        penalizes_length = self.method == "dapo" and self.overlong_buffer > 0
        return RewardRules(
            format=self.reward.format_bonus,
            max_tokens=self.max_tokens if penalizes_length else None,
            overlong_buffer=self.overlong_buffer,
        )


class RejectSettings(Strict):
    """`assay train reject`: sample, keep the verified and distinct, write a dataset."""

    out: str
    """The JSONL file to write."""
    seed: int = Field(default=0, ge=0)
    model: ModelSettings = ModelSettings()
    mix: list[MixEntry] = Field(min_length=1)
    problems: int = Field(default=64, ge=1)
    samples: int = Field(default=8, ge=1)
    keep_per_problem: int = Field(default=2, ge=1)
    max_tokens: int = Field(default=256, ge=1)
    temperature: float = Field(default=1.0, gt=0)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "bfloat16"] = "float32"
    threads: int | None = Field(default=None, ge=1)
    reward: RewardSettings = RewardSettings()
    engine: EngineSettings = EngineSettings()


class Stage(Strict):
    """One stage of a recipe: its kind, name, initial model and settings."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    kind: Literal["pretrain", "sft", "grpo", "reject", "distill", "gate", "measure"]
    start: str | None = None
    """The stage whose final model this stage starts from."""
    data: str | None = None
    """sft: the `reject` stage whose dataset this stage trains on."""
    after: str | None = None
    """A stage that must be finished first, such as a gate."""
    settings: dict[str, Any] = Field(default_factory=dict)


class RecipeSettings(Strict):
    """`assay train recipe`: stages in order; finished ones are skipped."""

    out: str
    seed: int = Field(default=0, ge=0)
    only: list[str] | None = None
    """Names of the stages to run; None for all."""
    common: dict[str, Any] = Field(default_factory=dict)
    """Defaults for every stage whose kind has the key."""
    jobs: int = Field(default=1, ge=1)
    """Stages that may run at once, each in a process of its own."""
    stages: list[Stage] = Field(min_length=1)

    @model_validator(mode="after")
    def _links(self) -> Self:
        seen: list[str] = []
        for stage in self.stages:
            links = (("start", stage.start), ("data", stage.data), ("after", stage.after))
            for key, target in links:
                if target is not None and target not in seen:
                    raise ValueError(
                        f"stage {stage.name!r} has {key} = {target!r}: use an earlier stage, "
                        f"one of {seen}"
                    )
            if stage.name in seen:
                raise ValueError(f"two stages are named {stage.name!r}")
            seen.append(stage.name)
        for name in self.only or []:
            if name not in seen:
                raise ValueError(f"only names {name!r}: the stages are {seen}")
        return self
