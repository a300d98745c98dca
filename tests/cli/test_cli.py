"""The program as a user meets it: what it prints where, and its exit codes."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugin.distributions import HOW_TO, SLOW, install
from plugin.fixtures import Counts

import segmetrics
from segmetrics.cli import app
from segmetrics.errors import RecordError
from segmetrics.records import ScoredModel, Store, decode

ADDONS = """
import click

from segmetrics.plugin import Command, Exporter, hookimpl

@click.command()
def hello():
    click.echo("hello")

@hookimpl
def segmetrics_commands():
    yield Command("hello", "Greet", command=hello)
    yield Command("score", "Not this one", command=hello)

@hookimpl
def segmetrics_exporters():
    yield Exporter("one-line", "Overall scores", export=lambda record: f"{record.scores[0].value}\\n")
"""


Invoke = Callable[..., Result]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def invoke(pebbles_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the program in a directory of its own, with the plugin of the how-to page."""
    assert pebbles_site.is_dir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGMETRICS_STORE", raising=False)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def files(counts: Counts) -> list[str]:
    return ["--ground-truth", str(counts["ground_truth"]), "--predictions", str(counts["predictions"])]


@pytest.fixture
def score(invoke: Invoke, files: list[str]) -> Invoke:
    return lambda *more: invoke("score", "pebbles", *files, *more)


@pytest.fixture
def command(pebbles_site: Path, tmp_path: Path) -> Start:
    """The program in a process of its own, which Ctrl-C reaches."""
    paths = [str(pebbles_site), str(Path(segmetrics.__file__).parents[1])]
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from segmetrics.cli import main; main()"
    )

    def start(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            cwd=tmp_path,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_a_scored_run_says_what_how_and_where(score: Invoke) -> None:
    result = score()
    (record,) = Store("store").records()
    lines = result.stdout.splitlines()
    assert lines[0] == "pebbles · shore · 7 images · 7 predictions · protocol pebbles (clean)"
    assert lines[1:4] == ["", "  count.error  0.857143", ""]
    assert lines[4].startswith("scored in 0.")
    assert lines[4].endswith(f" · record store/runs/{record.id}/record.json")
    assert len(lines) == 5
    assert (result.exit_code, result.stderr) == (0, "")


def test_json_is_the_record_alone(score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text(json.dumps({f"image {n}": n for n in range(9)}))
    result = score("--json", "--tag", "a", "--tag", "b", "--notes", "n", "--model", "m", "--threads", "2")
    record = decode(result.stdout.encode())
    assert record.timing is not None
    assert (record.tags, record.notes, record.model) == (("a", "b"), "n", ScoredModel(name="m"))
    assert record.timing.threads == 2
    assert result.stderr == "warning: 2 predictions are of no image in this split, and left out\n"


def test_quiet_prints_nothing_and_keeps_the_record(score: Invoke) -> None:
    result = score("--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert len(list(Store("store").records())) == 1


def test_options_of_the_dataset_reach_it(score: Invoke) -> None:
    record = decode(score("--json", "--tolerance", "1", "--split", "inland").stdout.encode())
    assert record.protocol.params == {"tolerance": 1}
    assert record.dataset.split == "inland"
    assert record.scores[0].value == 0


@pytest.mark.parametrize("option", [True, False])
def test_the_store_is_an_option_or_a_variable(
    score: Invoke, monkeypatch: pytest.MonkeyPatch, option: bool
) -> None:
    monkeypatch.setenv("SEGMETRICS_STORE", "elsewhere" if not option else "nowhere")
    assert score(*(["--store", "elsewhere"] if option else [])).exit_code == 0
    assert len(list(Store("elsewhere").records())) == 1


def test_partial(score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text(json.dumps({"image 0": 0}))
    failed = score()
    assert failed.exit_code == 1
    assert failed.stdout == ""
    assert failed.stderr == (
        "error: 6 of 7 predictions are missing, first image 1; "
        "--partial scores the other 1 and marks the record partial\n"
    )
    scored = score("--partial")
    assert scored.exit_code == 0
    assert "  partial: 1 of 7 samples scored, 6 missing\n" in scored.stdout


def test_an_input_that_is_wrong_is_one_line_and_exit_1(score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text('{"image 0": "many"}')
    result = score()
    assert result.exit_code == 1
    assert result.stderr == f"error: {counts['predictions']}: \"image 0\": 'many', expected a whole number\n"


def test_debug_shows_where(score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text('{"image 0": "many"}')
    result = score("--debug")
    assert result.exit_code == 1
    assert "Traceback" in result.stderr
    assert "in read_counts" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("error: ")


def test_a_bug_is_one_line_too(score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text("[1]")
    result = score()
    assert result.exit_code == 1
    assert result.stderr == (
        "error: AttributeError: 'list' object has no attribute 'items' "
        "(unexpected: --debug shows where it arose)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("score pebles", 'no benchmark "pebles"; did you mean pebbles? (segmetrics datasets lists 1)'),
        (
            "score pebbles --ground-trut x",
            "pebbles has no option --ground-trut; did you mean --ground-truth?",
        ),
        ("score pebbles", "pebbles needs --ground-truth: JSON file of counts by image"),
        ("score pebbles --ground-truth nothing.json", "--ground-truth: Path 'nothing.json' does not exist"),
        ("score pebbles --split sea", "--split: 'sea' is not one of 'shore', 'inland'"),
        ("score pebbles --tolerance much", "--tolerance: 'much' is not a valid integer"),
        ("score pebbles --threads 0", "--threads: 0 is not in the range x>=1"),
        ("scor pebbles", 'no command "scor"; did you mean score or store? (segmetrics --help lists them)'),
        ("frobnicate", 'no command "frobnicate" (segmetrics --help lists them)'),
        ("--frobnicate", "segmetrics has no option --frobnicate"),
        ("show 01", "store/runs: no run '01'"),
        ("show", "Missing argument 'RUN'."),
        ("sample pebles here", 'no benchmark "pebles"; did you mean pebbles? (segmetrics datasets lists 1)'),
        ("sample pebbles .", ". is not empty: samples are written into a directory of their own"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_2(invoke: Invoke, arguments: str, message: str) -> None:
    result = invoke(*shlex.split(arguments))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"error: {message}\n"


def test_no_arguments_show_help(invoke: Invoke) -> None:
    result = invoke()
    assert result.exit_code == 2
    assert "Usage: segmetrics" in result.output
    assert "error" not in result.output


def test_help_of_a_benchmark_has_its_options_and_facts(invoke: Invoke) -> None:
    result = invoke("score", "pebbles", "--help")
    assert result.exit_code == 0
    assert "--ground-truth PATH     JSON file of counts by image.  [required]" in result.stdout
    assert "--split [shore|inland]  Which photographs.  [default: shore]" in result.stdout
    assert "Splits: shore, inland" in result.stdout


KINDS = """
from dataclasses import replace

import segmetrics_pebbles
from segmetrics.plugin import Option, hookimpl

OPTIONS = (
    Option("strict", kind="flag", help="a flag"),
    Option("radius", kind="float", help="a number"),
    Option("region", kind="text", help="words"),
)

def open_and_tell(values, context):
    job = segmetrics_pebbles.open_pebbles(values, context)
    job.warnings = (f"{values['strict']} {values['radius']} {values['region']}",)
    return job

@hookimpl
def segmetrics_datasets():
    (dataset,) = segmetrics_pebbles.segmetrics_datasets()
    sample = lambda directory: dataset.sample(directory) | {"strict": True, "region": "the north"}
    yield replace(dataset, name="kinds", options=dataset.options + OPTIONS, open=open_and_tell, sample=sample)
    yield replace(dataset, name="bare", sample=None)
"""


def test_every_kind_of_option_is_a_flag_and_survives_the_sample_command(
    pebbles_site: Path, invoke: Invoke, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pebbles_site, "kinds", KINDS)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "kinds")
    assert invoke("score", "kinds", *files).stderr == "warning: False None None\n"
    given = invoke("score", "kinds", *files, "--strict", "--radius", "0.5", "--region", "the north")
    assert given.stderr == "warning: True 0.5 the north\n"
    printed = invoke("sample", "kinds", "sample").stdout
    assert printed.endswith(" --strict --region 'the north'\n")
    assert invoke("sample", "bare", "sample").stderr == "error: bare has no sample data\n"


def test_the_sample_scores_by_the_command_that_is_printed(invoke: Invoke) -> None:
    printed = invoke("sample", "pebbles", "a sample").stdout
    program, *arguments = shlex.split(printed)
    assert program == "segmetrics"
    result = invoke(*arguments)
    assert result.exit_code == 0
    assert "  count.error  2\n" in result.stdout
    header, _, scores, *_ = result.stdout.splitlines()
    assert f"{header}\n\n{scores}\n" in HOW_TO.read_text(), "the how-to page shows another output"


def test_show_repeats_the_run(invoke: Invoke, score: Invoke) -> None:
    scored = score().stdout
    run_id = scored.split("runs/")[1].split("/")[0]
    assert invoke("show", run_id[:14]).stdout == scored
    assert invoke("show", f"store/runs/{run_id}/record.json").stdout == scored
    assert decode(invoke("show", run_id, "--json").stdout.encode()).id == run_id


def test_show_has_formats_and_those_of_plugins(
    pebbles_site: Path, invoke: Invoke, score: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pebbles_site, "addons", ADDONS)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "pebbles,addons")
    run_id = score().stdout.split("runs/")[1].split("/")[0]
    assert invoke("show", run_id, "--format", "markdown").stdout.startswith("## pebbles · shore")
    assert "0.8571428571428571" in invoke("show", run_id, "--format", "csv").stdout
    assert r"\toprule" in invoke("show", run_id, "--format", "latex").stdout
    assert invoke("show", run_id, "--format", "one-line").stdout == "0.8571428571428571\n"
    unknown = invoke("show", run_id, "--format", "xx")
    assert unknown.exit_code == 2
    assert unknown.stderr == 'error: no format "xx"; there are coco, markdown, csv, latex, one-line\n'
    assert invoke("show", run_id, "--format", "coco").exit_code == 1


def test_show_tells_why_a_run_failed(invoke: Invoke, score: Invoke, counts: Counts) -> None:
    counts["predictions"].write_text(json.dumps({f"image {n}": -1 for n in range(7)}))
    score()
    (record,) = Store("store").records()
    shown = invoke("show", record.id).stdout
    assert "  failed: image 0: -1 pebbles, expected none or more\n" in shown
    assert "\nfailed after " in shown


def test_commands_of_plugins_run_and_cannot_replace_ours(
    pebbles_site: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pebbles_site, "addons", ADDONS)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "addons")
    assert invoke("hello").stdout == "hello\n"
    assert "hello" not in invoke("score", "--help").stdout


def test_lists(invoke: Invoke) -> None:
    assert invoke("datasets").stdout == "pebbles  counting  Pebbles in 3 photographs\n"
    assert invoke("metrics").stdout == (
        "count.error  counting  count  lower  Mean absolute difference of counts\n"
    )
    assert invoke("plugins").stdout == (
        "pebbles  segmetrics-pebbles 0.3  pebbles (dataset), count.error (metric), pebbles-json (format)\n"
    )
    (dataset,) = json.loads(invoke("datasets", "--json").stdout)
    assert dataset["options"] == ["--ground-truth", "--predictions", "--split", "--tolerance"]
    assert dataset["plugin"] == "segmetrics-pebbles 0.3"
    assert json.loads(invoke("metrics", "--json").stdout)[0]["unit"] == "count"
    assert json.loads(invoke("plugins", "--json").stdout)[0]["name"] == "pebbles"


def test_empty_lists_say_so(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "")
    assert invoke("datasets").stdout == "no benchmarks: install a plugin that has some\n"
    assert invoke("datasets", "--json").stdout == "[]\n"
    assert invoke("plugins", "--check").exit_code == 0
    assert invoke("store", "list").stdout == "no runs in store\n"


def test_a_broken_plugin_is_a_warning_and_fails_the_check(
    pebbles_site: Path, invoke: Invoke, score: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(pebbles_site, "acme", "import acme", version="0.2")
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "pebbles,acme")
    problem = "plugin segmetrics-acme 0.2 was not loaded: ModuleNotFoundError: No module named 'acme'"
    scored = score()
    assert scored.exit_code == 0
    assert scored.stderr == f"warning: {problem} (segmetrics plugins --check)\n"
    checked = invoke("plugins", "--check")
    assert checked.exit_code == 1
    assert checked.stderr == f"error: {problem}\n"


def test_the_store_lists_runs_newest_first_and_rebuilds(invoke: Invoke, score: Invoke) -> None:
    score()
    score("--model", "counter")
    newest, oldest = invoke("store", "list").stdout.splitlines()
    assert newest.endswith("ok  pebbles  shore  counter")
    assert oldest.endswith("ok  pebbles  shore")
    assert len(json.loads(invoke("store", "list", "--json").stdout)) == 2
    Path("store/index.sqlite").unlink()
    assert invoke("store", "rebuild").stdout == "store/index.sqlite: 2 runs\n"


def test_a_run_that_cannot_be_read_is_a_warning_in_our_words(invoke: Invoke, score: Invoke) -> None:
    score()
    (record,) = Store("store").records()
    Path(f"store/runs/{record.id}/record.json").write_text("{")
    result = invoke("store", "rebuild")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: passed over: store/runs/")
    assert len(result.stderr.splitlines()) == 1


def test_ctrl_c_ends_soon_with_130(
    command: Start, pebbles_site: Path, files: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(pebbles_site, "slow", SLOW)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "pebbles,slow")
    with command("score", "slow-pebbles", "--threads", "2", "--store", "store", *files) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "slowly\n"
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "error: interrupted"
    assert err.count("slowly") <= 3, "batches that had not begun were scored"
    assert not list(Store(tmp_path / "store").records())


def test_a_closed_pipe_ends_quietly(command: Start) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with command("datasets", stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate(timeout=20)
    assert err == ""


def test_exit_codes_of_the_real_program(command: Start, files: list[str]) -> None:
    codes = []
    for arguments in (["score", "pebbles", *files], ["score", "pebbles"], ["--version"]):
        with command(*arguments) as process:
            process.communicate(timeout=20)
        codes.append(process.returncode)
    assert codes == [0, 2, 0]


def test_the_package_runs_as_a_module() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "segmetrics.cli", "--version"],
        env={**os.environ, "PYTHONPATH": str(Path(segmetrics.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout == f"segmetrics {segmetrics.__version__}\n"


def test_help_imports_no_more_than_click() -> None:
    script = (
        "import sys; from segmetrics.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: print(sorted({'msgspec', 'numpy', 'pluggy', 'rich'} & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(segmetrics.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.splitlines()[-1] == "[]"


def test_a_record_verifies_until_its_inputs_change(score: Invoke, invoke: Invoke, counts: Counts) -> None:
    assert score().exit_code == 0
    (record,) = Path("store/runs").glob("*/record.json")
    same = invoke("verify", record)
    assert (same.exit_code, same.stdout.startswith("same: ")) == (0, True)
    counts["predictions"].write_text(counts["ground_truth"].read_text())
    other = invoke("verify", record)
    assert other.exit_code == 1
    assert "not the same predictions as when the record was made" in other.stdout
    assert invoke("verify", record, "--set", "nonsense").exit_code == 2


def test_a_full_disk_takes_the_record_but_not_the_scores(
    score: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise RecordError("store/runs/01: cannot write this run: No space left on device")

    monkeypatch.setattr(Store, "write", full)
    result = score()
    assert result.exit_code == 1
    assert "scored in" in result.stdout
    assert "error: store/runs/01: cannot write this run: No space left on device" in result.stderr


def test_download_says_where_the_data_are_that_it_may_not_fetch(invoke: Invoke) -> None:
    told = invoke("download", "pebbles", "data")
    assert told.exit_code == 1
    assert told.stdout == "pebbles cannot be fetched for you (CC0). Visit https://example.org/pebbles\n"
