"""Groups, groups of your own, wildcards, and options from a file."""

import tomllib

import pytest
from assay.harness.cli import run as cli
from assay.harness.commands.config_files import as_toml, with_config
from assay.harness.commands.options import SuiteOptions
from assay.harness.results import open_run
from assay.harness.task_groups import REASONING_CORE, built_in, expanded, read_groups
from assay.sandbox.errors import UsageError
from assay.tasks import names


def test_a_task_stands_for_itself_also_where_a_group_has_its_name():
    assert expanded(["math", "arithmetic"], {}) == {"math": True, "arithmetic": True}


def test_groups_stand_for_their_tasks():
    assert set(expanded(["@math"], {})) == set(names("math"))
    assert set(expanded(["logic"], {})) == set(names("logic"))
    assert set(expanded(["reasoning-core"], {})) == set(REASONING_CORE)
    assert expanded(["reasoning-core", "zebra"], {})["zebra"] is True
    assert "gsm8k" not in built_in()["generated"]


def test_wildcards_stand_for_tasks_and_variants():
    assert set(expanded(["linear_*"], {})) == {"linear_equations", "linear_systems"}
    assert "bbh:navigate" in expanded(["bbh:*"], {})
    assert set(expanded(["mgsm:[de]*"], {})) == {"mgsm:de", "mgsm:en", "mgsm:es"}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (["arithmetics"], "did you mean arithmetic"),
        (["reasoning-cor"], "did you mean reasoning-core"),
        (["zz*"], "no task matches 'zz\\*'"),
        (["nope:*"], "unknown task 'nope'"),
    ],
)
def test_an_unknown_name_is_one_line(wanted, message):
    with pytest.raises(UsageError, match=message):
        expanded(wanted, {})


def test_groups_of_your_own(tmp_path):
    path = tmp_path / "groups.toml"
    path.write_text('[groups]\nmine = ["zebra", "more"]\nmore = ["linear_*", "zebra"]\n')
    own = read_groups(path)
    assert list(expanded(["mine"], own)) == ["zebra", "linear_equations", "linear_systems"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[groups]\na = ["arithmetics"]', "group 'a': unknown task 'arithmetics'"),
        ('[groups]\na = ["b"]\nb = ["a"]', "contains itself"),
        ("[groups]\na = 3", "'a' is a list"),
        ('[groups]\nzebra = ["dyck"]', "has the name of a task"),
        ("groups = 3", "is a table"),
        ("[groups", "cannot be read"),
    ],
)
def test_a_bad_groups_file_is_one_line(tmp_path, text, message):
    path = tmp_path / "groups.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_groups(path)


CONFIG = """
model = "random"
tasks = ["linear_*", "mine"]
difficulty = 1
size = 4
samples = 2
stop = ["a", "b"]
quiet = true
[groups]
mine = ["dyck"]
"""


def test_a_run_from_a_file_and_from_the_file_that_it_keeps(tmp_path, capsys):
    path = tmp_path / "run.toml"
    path.write_text(CONFIG)
    out = ["--out", str(tmp_path)]
    assert cli(["eval", "--config", str(path), *out, "--run-id", "one", "--samples", "3"]) == 0
    folder = open_run("one", tmp_path)
    config = folder.manifest()["config"]
    assert [task["name"] for task in config["tasks"]] == [
        "linear_equations", "linear_systems", "dyck",
    ]  # fmt: skip
    assert (config["samples"], config["sampling"]["stop"]) == (3, ["a", "b"])
    kept = folder.path / "run.toml"
    assert tomllib.loads(kept.read_text())["tasks"] == "linear_equations,linear_systems,dyck"
    assert cli(["eval", "--config", str(kept), *out, "--run-id", "two", "--quiet"]) == 0
    again = open_run("two", tmp_path)
    assert again.manifest()["config"] == config
    lines = [sorted(one.samples_path.read_bytes().splitlines()) for one in (folder, again)]
    assert lines[0] == lines[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model = ", "cannot be read"),
        ('model = "oracle"\ntasks = "arithmetic"\nnope = 1', "No such option: --nope"),
        ('model = "oracle"\ntasks = "arithmetic"\nsamples = 0', "--samples 0"),
        ('model = "oracle"\ntasks = "arithmetic"\nsamples = "x"', "--samples"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path, capsys, text, message):
    path = tmp_path / "run.toml"
    path.write_text(text)
    assert cli(["eval", "--config", str(path), "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_task_with_tools_has_one_name(tmp_path):
    plain = SuiteOptions(difficulty=2, tools="python").specs("arithmetic,bbh:navigate")
    assert plain == SuiteOptions(difficulty=2).specs("arithmetic+python,bbh:navigate+python")
    assert [spec.name for spec in plain] == ["arithmetic+python", "bbh:navigate+python"]
    assert plain[0].load().name == "arithmetic+python"
    with pytest.raises(UsageError, match="names its tools: leave --tools out"):
        SuiteOptions(tools="python").specs("arithmetic+python")
    with pytest.raises(UsageError, match="did you mean arithmetic"):
        SuiteOptions().specs("arithmetik+python")


def test_the_command_line_wins_over_the_file(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('samples = 1\ncache = false\n[request]\na = 1\n"b.c" = "x"\n')
    assert with_config(["eval", "--config", str(path), "--samples", "2"]) == [
        "eval", "--no-cache", "--request", "a=1", "--request", "b.c=x", "--samples", "2",
    ]  # fmt: skip


def test_options_are_written_as_they_are_read():
    options = {"a": 'x"\n é', "b": 1, "c": 0.5, "d": True, "e": ["p", "q"], "f": {"g.h": "i"}}
    assert tomllib.loads(as_toml(options)) == options
