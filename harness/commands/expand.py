"""Settings models as typer options: a verb takes models, the command line one flag per field.

    def evaluate(sampling: SamplingOptions, sandbox: SandboxOptions) -> int: ...
    app.command()(expand(evaluate))           # --temperature, --top-p, ..., --sandbox, ...

A field's description is its help, its bounds are checked by pydantic, and a bad value is one line
that names the flag. `Annotated[Model, Only("out", "run_id")]` takes only these fields. A field
may carry a `typer.Option` of its own in its annotation, for another flag.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typer.models import OptionInfo

from ..validation import validated


@dataclass(frozen=True, slots=True)
class Only:
    """The fields of a settings model that a verb offers."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True, slots=True)
class _SettingsGroup:
    """A parameter of a verb that is a settings model, and the fields that become options."""

    model: type[BaseModel]
    names: tuple[str, ...]

    def build(self, given: dict[str, Any]) -> BaseModel:
        """The model from what typer parsed. Raises UsageError naming the flag."""
        values = {name: given[name] for name in self.names if given[name] is not None}
        return validated(self.model, values, self._flag)

    def _flag(self, name: str) -> str:
        return _flags(_option(name, self.model.model_fields[name]))[0]


def expand(verb: Callable[..., Any]) -> Callable[..., Any]:
    """`verb` with each parameter that is a settings model replaced by options for its fields."""
    hints = get_type_hints(verb, include_extras=True)
    groups: dict[str, _SettingsGroup] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(verb).parameters.items():
        group = _group_of(hints[name])
        if group is None:
            kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(parameter.replace(kind=kind, annotation=hints[name]))
        else:
            groups[name] = group
            fields = group.model.model_fields
            parameters += [_parameter(field, fields[field]) for field in group.names]

    def command(**given: Any) -> Any:
        built = {name: group.build(given) for name, group in groups.items()}
        taken = {field for group in groups.values() for field in group.names}
        return verb(**{key: value for key, value in given.items() if key not in taken}, **built)

    command.__name__, command.__doc__ = verb.__name__, verb.__doc__
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def _group_of(hint: Any) -> _SettingsGroup | None:
    only = None
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        only = next((note.names for note in notes if isinstance(note, Only)), None)
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        return None
    return _SettingsGroup(hint, only or tuple(hint.model_fields))


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.is_required() else field.get_default()
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=list(default) if isinstance(default, tuple) else default,
        annotation=Annotated[field.annotation, _option(name, field)],
    )


def _option(name: str, field: FieldInfo) -> OptionInfo:
    """The field's own `typer.Option`, or one from its name and description."""
    own = next((note for note in field.metadata if isinstance(note, OptionInfo)), None)
    flag = name.replace("_", "-")
    # A bool that is true or undecided by default needs a flag for no.
    both = field.annotation == bool | None or (field.annotation is bool and field.default)
    flags = f"--{flag}/--no-{flag}" if both else f"--{flag}"
    made: OptionInfo = typer.Option(flags, help=field.description)
    return own or made


def _flags(option: OptionInfo) -> list[str]:
    # typer keeps the first flag of an option that stands in an annotation as its "default".
    first = [] if option.default is ... else [str(option.default)]
    return [*first, *(option.param_decls or ())]
