"""Sample each row of a batch from its own seed, whatever else is in the batch.

The Gumbel-max trick: the largest of (log-probability + Gumbel noise) is a sample of the
distribution (Gumbel 1954; Maddison et al. 2014, "A* Sampling"). With the noise of each row drawn
from a generator of its own, a greedy `generate` samples, and a row's text depends on its logits
and its seed alone.
"""

from collections.abc import Sequence
from typing import Any

import torch
import transformers

from .contract import Sampling


class SeededSampler(transformers.LogitsProcessor):
    """A logits processor for `generate(do_sample=False)`; one seed a row."""

    def __init__(self, seeds: Sequence[int], sampling: Sampling, device: torch.device) -> None:
        """Temperature, top-k and top-p are those of `sampling`, whose temperature is above 0."""
        self._generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
        self._warpers: list[Any] = [transformers.TemperatureLogitsWarper(sampling.temperature)]
        if sampling.top_k:
            self._warpers.append(transformers.TopKLogitsWarper(sampling.top_k))
        if sampling.top_p < 1:
            self._warpers.append(transformers.TopPLogitsWarper(sampling.top_p))

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Scores (rows, vocabulary) with noise, so that the largest of each row is its sample."""
        for warp in self._warpers:
            scores = warp(input_ids, scores)
        noise = torch.empty_like(scores)
        for row, generator in zip(noise, self._generators, strict=True):
            row.exponential_(generator=generator)
        return scores - noise.log()
