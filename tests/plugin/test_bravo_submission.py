from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from plugin.bravo_files import HEIGHT, WIDTH, Files, MadeUp, pack, png, sample_list
from segmetrics.errors import InputError
from segmetrics.readers.stored_files import stored_files
from segmetrics_bravo.encoding import decoded, encoded
from segmetrics_bravo.submission import bravo_submission

FOG, RAIN = "bravo_ACDC/fog/made/1", "bravo_synrain/made/1"
GRAY = np.zeros((HEIGHT, WIDTH), np.uint8)


@pytest.fixture
def made() -> MadeUp:
    return MadeUp()


def call(command: str, *arguments: object, **options: Path) -> Result:
    words = [command, *map(str, arguments)]
    for name, path in options.items():
        words += [f"--{name.replace('_', '-')}", str(path)]
    return CliRunner().invoke(bravo_submission, words)


def check(folder: Path, made: MadeUp, files: Files) -> list[str]:
    """What is wrong with a submission, without its path."""
    sent = pack(folder / "sent.tar", files)
    result = call("check", sent, sampling_archive=pack(folder / "samples.tar", made.samples))
    assert result.exit_code == 1
    return [line.removeprefix(f"{sent}: ") for line in result.output.splitlines()]


# ---- writing ---------------------------------------------------------------------------------------------


def assert_same(found: Path, expected: Mapping[str, bytes]) -> None:
    """Member by member the same maps."""
    files = stored_files(found)
    assert files.keys() == expected.keys()
    for name, content in expected.items():
        one, other = decoded(files[name].read()), decoded(content)
        assert np.array_equal(one.labels, other.labels), name
        assert np.array_equal(one.confidence, other.confidence), name


@pytest.mark.parametrize(
    "reference", [{"sampling_archive"}, {"ground_truth"}, {"sampling_archive", "ground_truth"}]
)
def test_pngs_are_encoded_at_the_samples(tmp_path: Path, made: MadeUp, reference: set[str]) -> None:
    archives = {
        "sampling_archive": pack(tmp_path / "samples.tar", made.samples),
        "ground_truth": pack(tmp_path / "gt.tar", made.truth),
    }
    options = {name: path for name, path in archives.items() if name in reference}
    pngs, sent = pack(tmp_path / "pngs.tar", made.pngs), tmp_path / "sent.tar"
    result = call("write", pngs, sent, **options)
    assert (result.exit_code, result.output) == (0, f"{sent}: 9 images\n")
    assert_same(sent, made.encoded)
    result = call("check", sent, **options)
    assert (result.exit_code, result.output) == (0, f"{sent}: 9 images, nothing found\n")


def test_a_submission_holds_what_the_toolkits_does(shared: Path, tmp_path: Path) -> None:
    """submission_5000.tar is bravo_challenge d54005d's, of the PNGs in raw.tar."""
    archives, sent = shared / "truth" / "inputs" / "bravo", tmp_path / "sent.tar"
    result = call("write", archives / "raw.tar", sent, sampling_archive=archives / "bravo_SAMPLING_5000.tar")
    assert result.exit_code == 0
    official = stored_files(archives / "submission_5000.tar")
    assert_same(sent, {name: file.read() for name, file in official.items()})


def test_the_same_predictions_give_the_same_bytes(tmp_path: Path, made: MadeUp) -> None:
    samples = pack(tmp_path / "samples.tar", made.samples)
    for number, files in enumerate((made.pngs, dict(reversed(made.pngs.items())))):
        pngs = pack(tmp_path / "pngs.tar", files)
        assert call("write", pngs, tmp_path / f"{number}.tar", sampling_archive=samples).exit_code == 0
    assert (tmp_path / "0.tar").read_bytes() == (tmp_path / "1.tar").read_bytes()


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path, made: MadeUp) -> None:
    del made.pngs[f"{FOG}_rgb_anon_conf.png"]
    made.pngs[f"{RAIN}_leftImg8bit_pred.png"] = png(GRAY + np.uint8(20))
    folder = tmp_path / "out"
    folder.mkdir()
    pngs, samples = pack(tmp_path / "pngs.tar", made.pngs), pack(tmp_path / "samples.tar", made.samples)
    result = call("write", pngs, folder / "sent.tar", sampling_archive=samples)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{pngs}: {FOG}_rgb_anon_pred.png: has no _conf.png beside it",
        f"{pngs}: {RAIN}_leftImg8bit_pred.png: pixel [0, 0]: is 20, expected 0 to 18",
    ]
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, made: MadeUp) -> None:
    pngs, samples = pack(tmp_path / "pngs.tar", made.pngs), pack(tmp_path / "samples.tar", made.samples)
    result = call("write", pngs, tmp_path / "none" / "sent.tar", sampling_archive=samples)
    assert isinstance(result.exception, InputError)
    assert "none/sent.tar: No such file or directory" in str(result.exception)


# ---- checking --------------------------------------------------------------------------------------------


def test_pngs_may_be_checked_too(tmp_path: Path, made: MadeUp) -> None:
    pngs = pack(tmp_path / "pngs.tar", made.pngs)
    result = call("check", pngs, ground_truth=pack(tmp_path / "gt.tar", made.truth))
    assert result.output == f"{pngs}: 9 images, nothing found\n"


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path, made: MadeUp) -> None:
    files = made.encoded
    del files[f"{FOG}_encoded.bin"]
    files[f"{RAIN}_encoded.bin"] = b"BV22" + files[f"{RAIN}_encoded.bin"][4:]
    files["bravo_synobjs/made/1_encoded.bin"] = encoded(GRAY + np.uint8(19), np.zeros(3, np.uint16))
    files["bravo_synflare/made/1_encoded.bin"] = encoded(GRAY, np.zeros(3, np.uint16))
    files["bravo_outofcontext/made/1_encoded.bin"] = encoded(GRAY[:1], np.zeros(3, np.uint16))
    files |= {"/etc/1_encoded.bin": b"", "bravo_synrain/made/2_encoded.bin": b"", "notes.txt": b""}
    problems = check(tmp_path, made, files)
    n = len(decoded(made.encoded["bravo_SMIYC/made/1_encoded.bin"]).confidence)
    assert n > 3
    beginnings = [
        "/etc/1_encoded.bin: leads out of the archive",
        f"{FOG}: is missing: looked for {FOG}_encoded.bin or {FOG}_rgb_anon_pred.png and _conf.png",
        "bravo_outofcontext/made/1_encoded.bin: has 8 pixels, but pixel ",
        "bravo_synflare/made/1_encoded.bin: holds 3 confidences, expected one at each of ",
        "bravo_synobjs/made/1_encoded.bin: pixel [0, 0]: is 19, expected 0 to 18",
        f"{RAIN}_encoded.bin: begins with b'BV22'",
        "bravo_synrain/made/2: is a prediction of no image",
        "notes.txt: is a prediction of no image",
    ]
    assert len(problems) == len(beginnings)
    for problem, beginning in zip(problems, beginnings, strict=True):
        assert problem.startswith(beginning)


def test_doubled_members_are_said(tmp_path: Path, made: MadeUp) -> None:
    sent = pack(tmp_path / "sent.tar", made.encoded)
    with tarfile.open(sent, "a") as archive:
        archive.addfile(tarfile.TarInfo(f"{FOG}_encoded.bin"))
    result = call("check", sent, sampling_archive=pack(tmp_path / "samples.tar", made.samples))
    assert f"{sent}: {FOG}_encoded.bin: is in the archive twice" in result.output.splitlines()


def test_sizes_are_compared_where_there_is_a_ground_truth(tmp_path: Path, made: MadeUp) -> None:
    made.encoded[f"{FOG}_encoded.bin"] = encoded(GRAY.T.copy(), np.zeros(3, np.uint16))
    sent = pack(tmp_path / "sent.tar", made.encoded)
    result = call("check", sent, ground_truth=pack(tmp_path / "gt.tar", made.truth))
    assert result.output == f"{sent}: {FOG}_encoded.bin: is 6x8, its ground truth is 8x6\n"


def test_which_images_there_are_must_be_said(tmp_path: Path, made: MadeUp) -> None:
    sent = pack(tmp_path / "sent.tar", made.encoded)
    assert "Give --sampling-archive, --ground-truth, or both" in call("check", sent).output
    empty = pack(tmp_path / "samples.tar", {"elsewhere/1_samples.bin": sample_list(np.array([1]))})
    result = call("check", sent, sampling_archive=empty)
    assert "samples.tar: lists no images of BRAVO" in str(result.exception)
    result = call("check", sent, ground_truth=empty)
    assert "samples.tar: lists no images of BRAVO" in str(result.exception)
