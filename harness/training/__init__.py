"""Training: pre-training, SFT, GRPO and its kin, rejection sampling, distillation, the recipe."""
