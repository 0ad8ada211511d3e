import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from dcf_detect.video import open_video


def opened(path):
    """Whether this process has a file open."""
    links = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return str(path) in links


def test_frames_come_with_their_number_and_time(video):
    frames = list(open_video(video))
    assert [frame.frame for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame.seconds for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert {frame.name for frame in frames} == {str(video)}


def test_frames_are_rgb(video, coffee):
    whole = cv2.resize(cv2.cvtColor(cv2.imread(str(coffee)), cv2.COLOR_BGR2RGB), (320, 240))
    first = next(open_video(video)).load()
    assert first.shape == whole.shape
    gap = np.abs(first.astype(int) - whole).mean(axis=(0, 1))
    assert (gap < 8).all()
    assert first[:, :, 0].mean() > first[:, :, 2].mean() + 20  # wood is redder than blue


def test_frames_do_not_share_memory(video):
    frames = open_video(video)
    first = next(frames)
    before = first.load().copy()
    next(frames)
    assert (first.load() == before).all()


def test_the_file_is_closed_at_the_end(video):
    frames = open_video(video)
    assert opened(video)
    for _ in frames:
        assert opened(video)
    assert not opened(video)


@pytest.mark.parametrize("read", [0, 2])
def test_the_file_is_closed_when_nobody_reads_on(video, read):
    frames = open_video(video)
    for _ in range(read):
        next(frames)
    assert opened(video)
    frames.close()
    del frames
    assert not opened(video)


@pytest.mark.parametrize("content", [b"", b"no video at all" * 99])
def test_what_is_no_video(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(OSError, match=r"a\.mp4 cannot be opened: is it a video\?"):
        open_video(tmp_path / "a.mp4")


def test_a_camera_that_is_not_there():
    with pytest.raises(OSError, match="camera 97 cannot be opened: is it connected, and free"):
        open_video(97)


def test_a_video_that_ends_early_gives_what_can_be_read(tmp_path, samples):
    path = tmp_path / "cut.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (320, 240))
    for _ in range(10):
        writer.write(cv2.resize(cv2.imread(str(samples / "coffee.jpg")), (320, 240)))
    writer.release()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 1 <= len(list(open_video(path))) < 10


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{address}/a.ts'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video {port} RTP/AVP 96\n",
    ],
    ids=["hls", "concat", "sdp"],
)
@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".m3u8"])
def test_an_address_inside_a_file_is_not_fetched_either(tmp_path, playlist, suffix):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        path = tmp_path / f"list{suffix}"
        path.write_text(playlist.format(address=f"http://127.0.0.1:{port}", port=port))
        with pytest.raises(OSError, match=r"cannot be opened|has no frame"):
            open_video(path)
        with pytest.raises(TimeoutError):
            listener.accept()
