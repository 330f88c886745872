"""Choosing a sandbox: the strongest that proves itself, and a fault that is raised once, early."""

import pytest
from assay.sandbox import UsageError, defaults, open_sandbox
from assay.sandbox.types import Isolation


class Fault:
    """A sandbox that cannot be opened, and how often that was tried."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self, *_: object, **__: object) -> None:
        self.tries += 1
        raise UsageError(f"no sandbox works here, try {self.tries}")


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Fault:
    made = Fault()
    monkeypatch.setattr(defaults, "open_sandbox", made)
    monkeypatch.setattr(defaults, "_shared", None)
    monkeypatch.setattr(defaults, "_fault", None)
    return made


def test_a_permanent_fault_is_remembered(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        with pytest.raises(UsageError, match="try 1"):
            defaults.default_sandbox()
    assert fault.tries == 1
    monkeypatch.setenv("ASSAY_SANDBOX_LEVEL", "landlock")  # with other settings it may work
    with pytest.raises(UsageError, match="try 2"):
        defaults.default_sandbox()


def test_rewards_of_programs_fail_when_they_are_made(fault: Fault) -> None:
    from assay.harness.adapters.trl import trl_reward

    with pytest.raises(UsageError, match="no sandbox works here"):
        trl_reward("function_synthesis", difficulty=1, size=2)
    trl_reward("arithmetic", difficulty=1, size=2)  # needs no sandbox
    assert fault.tries == 1


def test_a_score_of_a_program_is_never_made_without_a_sandbox(fault: Fault) -> None:
    from assay.harness.adapters.verl import compute_score

    tests = '{"inputs": ["1\\n"], "outputs": ["1\\n"]}'
    for _ in range(2):
        with pytest.raises(UsageError, match="no sandbox works here"):
            compute_score("codecontests", "```python\nprint(input())\n```", tests)
    assert fault.tries == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"level": "chroot"}, "level 'chroot' is unknown: choose one of namespaces, landlock"),
        ({"name": "docker", "level": "landlock"}, "docker sandbox has no level 'landlock'"),
        ({"name": "process", "runtime": "runsc"}, "runtime='runsc' is for docker"),
        ({"name": "jail"}, "sandbox 'jail' is unknown"),
    ],
)
def test_bad_choices_are_one_line(options: dict[str, str], said: str) -> None:
    name = options.pop("name", "auto")
    with pytest.raises(UsageError, match=said) as caught:
        open_sandbox(name, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_the_level_is_a_string_with_its_reasons() -> None:
    level = Isolation("landlock", {"seccomp": "present"}, {"namespaces": "refused"})
    assert level == "landlock"
    assert f"{level}" == "landlock"
    assert level.mechanisms == {"seccomp": "present"}
    assert level.reasons == {"namespaces": "refused"}


@pytest.mark.parametrize("level", defaults.LEVELS)
def test_each_level_can_be_asked_for(level: str) -> None:
    try:
        opened = open_sandbox("process", level=level, workers=1)
    except UsageError as absent:
        pytest.skip(str(absent))
    with opened as sandbox:
        assert sandbox.isolation == level
        assert sandbox.isolation.reasons == {}
