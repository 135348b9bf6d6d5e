"""The frame rate limit is kept, and jitter does not cost frames."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.publishing.pipeline import FrameRateLimit


def times_taken(arrivals: list[float], max_per_s: float) -> list[float]:
    """Return when each arrival is taken, if the newest waits until it is due."""
    limit, times, free = FrameRateLimit(max_per_s), [], 0.0
    for t in arrivals:
        at = max(t, free)
        at += limit.wait_s(at)
        limit.count_frame(at)
        times.append(at)
        free = at
    return times


def test_the_first_frame_is_due_at_once() -> None:
    assert FrameRateLimit(25).wait_s(1234.5) == 0


def test_a_stream_at_the_limit_with_jitter_waits_less_than_its_jitter() -> None:
    arrivals = [1 + i / 25 + (0.015 if i % 2 else 0) for i in range(100)]

    waits = [at - t for at, t in zip(times_taken(arrivals, 25), arrivals, strict=True)]

    assert max(waits) < 0.016


@given(st.lists(st.floats(0, 0.2), min_size=10, max_size=100), st.floats(1, 100))
def test_never_more_frames_than_allowed(gaps: list[float], max_per_s: float) -> None:
    arrivals = [sum(gaps[: i + 1]) + 1 for i in range(len(gaps))]

    times = times_taken(arrivals, max_per_s)

    for first in range(len(times)):
        for last in range(first + 1, len(times)):
            max_frames = (times[last] - times[first]) * max_per_s + 1.5
            assert last - first <= max_frames + 1e-6
