"""Skipping packets of a video to catch up, on a clock that the tests move."""

import pytest

from ingest.sources.video.lag import CATCH_UP_S, KEY_FRAME_WAIT_S, MAX_BEHIND_S, VideoLag


class Stream:
    """A stream at 25 Hz with a key frame each second."""

    def __init__(self) -> None:
        self.lag = VideoLag()
        self.number = 0
        self.skipped = 0

    def read(self, now: float) -> float | None:
        """Read the next packet now; return how late it is, or None when it is skipped."""
        t, is_key = self.number / 25, self.number % 25 == 0
        self.number += 1
        if self.lag.should_skip(t, is_key, now):
            self.skipped += 1
            return None
        behind_s = self.lag.behind_s(t, now)
        if behind_s > MAX_BEHIND_S:
            self.lag.start_skipping(now)
        return behind_s


def test_a_reader_that_keeps_up_skips_nothing() -> None:
    stream = Stream()

    late = [stream.read(number / 25) for number in range(1000)]

    assert max(late) == pytest.approx(0)


def test_a_slow_reader_skips_and_is_never_much_too_late() -> None:
    """Each image takes 1.1 periods; a skipped one takes no time."""
    stream, now, late = Stream(), 0.0, []
    while stream.number < 1000:
        now = max(now, stream.number / 25)
        behind_s = stream.read(now)
        if behind_s is not None:
            late.append(behind_s)
            now += 1.1 / 25

    assert max(late) < MAX_BEHIND_S + 0.1
    assert stream.skipped > 25
    assert len(late) > 500


def test_skipping_ends_with_a_key_frame() -> None:
    stream = Stream()
    for _ in range(10):
        stream.read(0.0)
    stream.lag.start_skipping(1.0)

    numbers = [stream.number for _ in range(30) if stream.read(1.0) is not None]

    assert numbers[0] == 26


def test_a_video_whose_time_stands_still_is_not_skipped_forever() -> None:
    lag = VideoLag()
    lag.behind_s(0.0, 0.0)
    lag.start_skipping(5.0)

    assert lag.should_skip(0.1, True, 5.0)
    assert not lag.should_skip(0.2, True, 5.0 + CATCH_UP_S)
    assert lag.behind_s(0.2, 5.0 + CATCH_UP_S) == pytest.approx(0)


def test_a_video_without_key_frames_is_not_skipped_forever() -> None:
    lag = VideoLag()
    lag.behind_s(0.0, 0.0)
    lag.start_skipping(0.0)

    assert lag.should_skip(0.1, False, 0.1)
    assert not lag.should_skip(KEY_FRAME_WAIT_S, False, KEY_FRAME_WAIT_S)


@pytest.mark.parametrize("leap_s", [-3600, 3600])
def test_a_video_whose_time_leaps_is_not_late(leap_s: float) -> None:
    lag = VideoLag()
    lag.behind_s(5000.0, 0.0)

    assert lag.behind_s(5000.0 + leap_s, 0.04) == 0
