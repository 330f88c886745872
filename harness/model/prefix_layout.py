"""Where the tokens of prompts and completions lie in one packed row; see shared_prefix.py."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class PrefixLayout:
    """Places in a packed row of N tokens; N itself stands for padding, which comes last.

    Shapes: G prompts, P tokens of the longest, B completions, C tokens of the longest.
    """

    prompts_GP: Tensor
    completions_BC: Tensor
    prompt_B: Tensor
    """The prompt that each completion follows."""
