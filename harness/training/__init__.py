"""Training: pretraining, SFT, GRPO and its variants, rejection sampling, distillation, recipes."""
