"""Fill in a template of this package."""

from collections.abc import Mapping
from string import Template

from ...sandbox.extras import packaged


def filled(template: str, values: Mapping[str, object]) -> str:
    """The text of a template with its `$name`s filled in; `$$` is a dollar sign.

    Raises UsageError when this installation lacks the template, KeyError for a missing value.
    """
    text = packaged(__package__, f"templates/{template}").read_text("utf-8")
    return Template(text).substitute(values)
