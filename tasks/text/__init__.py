"""The one reader of stated answers: what a completion commits to, for every suite alike.

`final_answer(completion, shape)` finds the last committed answer after any thinking, and judges
whether it stays committed: a denial, a condition, a retraction or a second value beside it makes
it no answer. A `Shape` says which texts are answers of a suite's kind, and reads their value.

The contract between the reader and a shape:

- `shape.read(text)` gets one candidate text and returns its value, or None unless the text is,
  whole, an answer of this kind. It never searches inside the text, and never raises.
- For a box, a tag, `####` or a JSON field the candidate is the content. For a sentence that states
  the answer the candidates are what follows the marker, longest first: the lines to the end of the
  paragraph, the line, the sentence, and the sentence without its reason ("..., because ...").
  The first that the shape reads wins.
- Without any mark the candidates are the last paragraph, the last line and the whole response.
- What follows the answer is judged by `hedging`: a value that the shape reads differently, after
  "or", "wait", "actually" and their like, is a second answer.

Values are compared with `==`.
"""

from .chat_formats import visible_answer
from .dressing import strip_dressing
from .extraction import Extraction
from .final_answers import final_answer
from .shapes import Shape

__all__ = ["Extraction", "Shape", "final_answer", "strip_dressing", "visible_answer"]
