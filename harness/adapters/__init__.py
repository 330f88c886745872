"""Verdicts as the reward functions of other trainers, one adapter per module."""
