"""Kept pictures: readable as a data set, private, bounded, and never at a call's cost."""

import contextlib
import errno
import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from handler import samples
from handler.errors import SettingError
from handler.handler import DetectorError, Handler, PayloadError
from handler.sample_settings import SampleSettings
from handler.samples import Samples
from models.datasets.reading import read_data_set
from models.datasets.tolerance import NONE
from models.ssd.detections import Detections

ROOT = Path(__file__).parents[2]
CAT = (ROOT / "samples" / "chelsea.jpg").read_bytes()
ODD = 'a<b>&"c\x01'


def found(*names, size=(300, 451)):
    boxes = np.array([[10, 20, 110, 220]] * len(names), np.float32).reshape(-1, 4)
    scores = np.full(len(names), 0.75, np.float32)
    return Detections(tuple(names), np.ones(len(names), np.int64), scores, boxes, *size)


def keep(folder, count=100, size=10**9, share=1.0, draw=lambda: 0.5):
    return Samples(SampleSettings(folder, share, count, size), "cats@1 (abc)", draw)


def kept(folder, suffix=".jpg"):
    return sorted(each for each in folder.iterdir() if each.suffix == suffix)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_sample_is_the_picture_as_sent_and_its_predictions_as_a_data_set_reads_them(tmp_path):
    folder = tmp_path / "a" / "samples"
    samples_ = keep(folder)
    samples_.offer(CAT, "JPEG", found("cat", ODD))
    samples_.settle()
    (picture,) = kept(folder)
    assert picture.read_bytes() == CAT
    data = read_data_set(folder, layout="voc", tolerance=NONE)
    (row,) = data.pictures
    assert data.names == ('a<b>&"c?', "cat")
    assert row.boxes.tolist() == [[10, 20, 110, 220]] * 2
    assert row.difficult.all()  # predictions are no truth
    assert "predicted by cats@1 (abc)" in picture.with_suffix(".xml").read_text()


def test_all_of_it_is_its_owners_alone(tmp_path):
    folder = tmp_path / "samples"
    folder.mkdir(mode=0o755)
    umask = os.umask(0)
    try:
        samples_ = keep(folder)
        samples_.offer(CAT, "JPEG", found("cat"))
        samples_.settle()
    finally:
        os.umask(umask)
    assert mode(folder) == 0o700
    assert {mode(each) for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(("drawn", "count"), [(0.24, 1), (0.25, 0), (0.9, 0)])
def test_chance_decides_by_the_share(tmp_path, drawn, count):
    samples_ = keep(tmp_path, share=0.25, draw=lambda: drawn)
    samples_.offer(CAT, "JPEG", found("cat"))
    samples_.settle()
    assert len(kept(tmp_path)) == count


def test_the_oldest_go_and_nothing_else(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "holiday.jpg").write_bytes(CAT)
    samples_ = keep(tmp_path, count=3)
    old = "20200101T000000-00000000000"
    for number in range(3):
        (tmp_path / f"{old}{number}.jpg").write_bytes(CAT)
        (tmp_path / f"{old}{number}.xml").write_bytes(b"<annotation/>")
    samples_.offer(CAT, "JPEG", found("cat"))
    samples_.settle()
    names = {each.name for each in tmp_path.iterdir()}
    assert {"notes.txt", "holiday.jpg", f"{old}1.jpg", f"{old}2.xml"} < names
    assert not {f"{old}0.jpg", f"{old}0.xml"} & names
    assert len(kept(tmp_path)) == 3 + 1


def test_bytes_are_bounded_as_well(tmp_path):
    samples_ = keep(tmp_path, size=3 * len(CAT))
    for _ in range(8):
        samples_.offer(CAT, "JPEG", found("cat"))
        samples_.settle()
        whole = sum(each.stat().st_size for each in tmp_path.iterdir())
        assert whole <= 3 * len(CAT)
    assert len(kept(tmp_path)) == 2
    samples_.offer(CAT * 4, "JPEG", found("cat"))
    samples_.settle()
    assert len(kept(tmp_path)) == 2


def test_several_replicas_keep_to_one_bound(tmp_path):
    replicas = [keep(tmp_path, count=5) for _ in range(3)]

    def offer(samples_):
        for _ in range(10):
            samples_.offer(CAT, "JPEG", found("cat"))
            samples_.settle()

    threads = [threading.Thread(target=offer, args=(each,)) for each in replicas]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(kept(tmp_path)) == len(kept(tmp_path, ".xml")) == 5
    assert read_data_set(tmp_path, layout="voc", tolerance=NONE).bad == ()


def test_while_enough_wait_more_are_dropped_and_no_call_waits(tmp_path, monkeypatch):
    go_on, writing = threading.Event(), threading.Event()
    describe = samples.describe_sample

    def slow(*arguments):
        writing.set()
        assert go_on.wait(30)
        return describe(*arguments)

    monkeypatch.setattr(samples, "describe_sample", slow)
    samples_ = keep(tmp_path)
    samples_.offer(CAT, "JPEG", found("cat"))
    assert writing.wait(30)
    for _ in range(50):
        samples_.offer(CAT, "JPEG", found("cat"))  # would wait for ever
    go_on.set()
    samples_.settle()
    assert 1 < len(kept(tmp_path)) <= 1 + samples._WAITING


def test_large_ones_that_wait_are_bounded_by_their_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "_WAITING_BYTES", len(CAT) - 1)
    samples_ = keep(tmp_path)
    samples_.offer(CAT, "JPEG", found("cat"))
    samples_.settle()
    assert kept(tmp_path) == []


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_fails_is_one_line_and_leaves_nothing_half(
    tmp_path, monkeypatch, caplog, fault
):
    samples_ = keep(tmp_path)
    fdopen = os.fdopen

    def failing(descriptor, way="r", *rest):
        file = fdopen(descriptor, way, *rest)
        if way != "wb":
            return file
        file.close()
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fdopen", failing)
    for _ in range(3):
        samples_.offer(CAT, "JPEG", found("cat"))
        samples_.settle()
    assert len(caplog.records) == 1
    assert os.strerror(fault) in caplog.text
    assert [each.name for each in tmp_path.iterdir()] == [".lock"]
    monkeypatch.undo()
    samples_.offer(CAT, "JPEG", found("cat"))
    samples_.settle()
    assert len(kept(tmp_path)) == 1


def test_a_disk_that_is_nearly_full_gets_nothing(tmp_path, monkeypatch, caplog):
    usage = SimpleNamespace(total=10**12, free=samples._FREE)
    monkeypatch.setattr(samples.shutil, "disk_usage", lambda _folder: usage)
    samples_ = keep(tmp_path)
    samples_.offer(CAT, "JPEG", found("cat"))
    samples_.settle()
    assert kept(tmp_path) == []
    assert "nearly full" in caplog.text


def test_what_a_killed_process_left_half_is_removed_at_the_next_start(tmp_path):
    stale, fresh = "20200101T000000-00000000000a", samples.time.strftime(
        samples._MOMENT, samples.time.gmtime()
    ) + "-00000000000b"  # fmt: skip
    for name in (f"{stale}.jpg", f".{stale}.xml.part", f"{fresh}.jpg", "mine.part"):
        (tmp_path / name).write_bytes(b"x")
    keep(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {f"{fresh}.jpg", "mine.part", ".lock"}


def test_one_that_somebody_takes_away_meanwhile_costs_no_start_and_no_sample(
    tmp_path, monkeypatch, caplog
):
    (tmp_path / "20200101T000000-00000000000a.jpg").write_bytes(CAT)
    scan = os.scandir

    def scan_late(folder):
        with scan(folder) as entries:
            listed = list(entries)
        for each in kept(tmp_path):
            each.unlink()
        return contextlib.nullcontext(listed)

    with monkeypatch.context() as changed:
        changed.setattr(samples.os, "scandir", scan_late)
        samples_ = keep(tmp_path)
        for _ in range(2):
            samples_.offer(CAT, "JPEG", found("cat"))
            samples_.settle()
    assert len(kept(tmp_path)) == 1
    assert caplog.records == []


def test_killed_at_any_moment_what_is_there_is_whole(tmp_path):
    code = (
        "import sys, os; from tests.handler.test_samples import *\n"
        "samples_ = keep(Path(sys.argv[1]), count=20)\n"
        "while True:\n"
        "    samples_.offer(CAT, 'JPEG', found('cat')); samples_.settle()\n"
        "    print('kept', flush=True)\n"
    )
    for rounds in (1, 7, 30):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        for _ in range(rounds):
            assert process.stdout.readline() == b"kept\n"
        process.kill()
        process.wait(30)
        process.stdout.close()
        pictures = {each.stem for each in kept(tmp_path)}
        for stem in pictures & {each.stem for each in kept(tmp_path, ".xml")}:
            assert (tmp_path / f"{stem}.jpg").read_bytes() == CAT
        assert len(pictures) <= 21


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_used_ends_the_start_in_one_line(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="KEEP_SAMPLES_DIR") as caught:
        keep(tmp_path / place)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_each_kind_has_a_name_that_data_sets_know(tmp_path, kind):
    file = io.BytesIO()
    Image.new("RGB", (451, 300)).save(file, kind)
    samples_ = keep(tmp_path)
    samples_.offer(file.getvalue(), kind, found("cat"))
    samples_.settle()
    assert len(read_data_set(tmp_path, layout="voc", tolerance=NONE).pictures) == 1


def test_the_function_keeps_answered_pictures_of_calls_and_batches_alone(tmp_path):
    handler = Handler({"KEEP_SAMPLES": "1", "KEEP_SAMPLES_DIR": str(tmp_path)})
    kept_by = handler._seen._samples

    def call(body):
        with contextlib.suppress(DetectorError, PayloadError):
            handler(SimpleNamespace(input=body, query={}))
        kept_by.settle()
        return len(kept(tmp_path))

    assert call(b"no picture") == 0
    assert call(CAT[:3000]) == 0
    assert call(CAT) == 1
    form = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\n' + each + b"\r\n"
        for each in (CAT, b"none")
    )
    assert call(form + b"--x--\r\n") in {1, 2}
    assert {each.read_bytes() for each in kept(tmp_path)} == {CAT}


def test_without_the_setting_nothing_is_made(tmp_path):
    handler = Handler({"KEEP_SAMPLES_DIR": str(tmp_path / "samples")})
    handler(SimpleNamespace(input=CAT, query={}))
    assert list(tmp_path.iterdir()) == []
