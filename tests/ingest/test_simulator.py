"""The simulated camera, in process and as the command that an operator runs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bsread
import numpy as np
import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from ingest.bsread.message import read_main_header
from ingest.simulator import MAX_CATCH_UP_S, Camera, Clock, WallClock
from tests.support.processes import Process, free_port, python
from tests.support.waiting import until


@contextmanager
def simulator(*options: str, **environ: str) -> Iterator[tuple[Process, int]]:
    """The running command and its port."""
    port = free_port()
    process = python("ingest.simulator", "-o", str(port), *options, environ=environ)
    try:
        until(lambda: process.output or process.returncode is not None, "its first line")
        yield process, port
    finally:
        process.kill()


@contextmanager
def reader(port: int, kind: int = zmq.PULL) -> Iterator[Any]:
    """A function that gives the next pulse id."""
    context = zmq.Context()
    socket = context.socket(kind)
    socket.setsockopt(zmq.RCVTIMEO, 20_000)
    if kind == zmq.SUB:
        socket.subscribe(b"")
    socket.connect(f"tcp://127.0.0.1:{port}")
    try:
        yield lambda: read_main_header(socket.recv_multipart()[0]).pulse_id
    finally:
        socket.close(0)
        context.term()


def test_a_bsread_source_reads_the_documented_channels() -> None:
    with (
        simulator("-d", "0.05") as (_, port),
        bsread.Source(host="127.0.0.1", port=port, receive_timeout=20_000) as source,
    ):
        data = source.receive().data

    image = data.data["image"].value
    assert image.shape == (480, 640)
    assert image.dtype == np.float64
    assert (data.data["image_size_x"].value, data.data["image_size_y"].value) == (640, 480)
    np.testing.assert_allclose(data.data["image_profile_x"].value, image.sum(axis=0))
    np.testing.assert_allclose(data.data["image_profile_y"].value, image.sum(axis=1))
    assert data.data["beam_energy"].value > 0
    assert data.data["repetition_rate"].value == 20


def test_each_image_goes_to_a_reader_that_keeps_up() -> None:
    # a period that a busy machine's pauses, shorter than the queue of ten, do not outlast
    with simulator("-d", "0.1") as (_, port), reader(port) as pulse_id:
        ids = [pulse_id() for _ in range(20)]

    assert ids == list(range(ids[0], ids[0] + 20))


def test_the_camera_keeps_its_rate_without_readers() -> None:
    taken = 0

    def missed() -> int:
        nonlocal taken
        with reader(port) as pulse_id:
            last = pulse_id()
        taken += 1
        return last - taken > 20

    with simulator("-d", "0.01") as (_, port):
        until(missed, "pulses were sent without a reader")


def test_a_pub_camera_serves_subscribers() -> None:
    with simulator("-d", "0.01", "--sender", "pub") as (_, port), reader(port, zmq.SUB) as pulse_id:
        assert pulse_id() < pulse_id()


def test_without_a_delay_it_waits_for_its_reader() -> None:
    with simulator("-d", "0") as (_, port), reader(port) as pulse_id:
        first, second = pulse_id(), pulse_id()

    assert first < 100
    assert second == first + 1


def test_it_ends_after_the_requested_images() -> None:
    with simulator("-n", "5", "-d", "0.01") as (process, port), reader(port) as pulse_id:
        ids = [pulse_id() for _ in range(5)]
        assert process.wait() == 0

    assert ids == list(range(ids[0], ids[0] + 5))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("options", [(), ("-d", "0"), ("-d", "3600")], ids=str)
def test_a_signal_ends_it_quietly(number: signal.Signals, options: tuple[str, ...]) -> None:
    with simulator(*options) as (process, port):
        process.send(number)

        assert process.wait(5) == 0
        assert process.output.count("\n") == 1
        assert f"640x480 float64 {'' if options else 'every 0.1 s '}" in process.output
        assert f"tcp://*:{port} (push)" in process.output


def test_a_signal_ends_it_while_a_reader_does_not_read() -> None:
    context = zmq.Context()
    with simulator("-d", "0.001") as (process, port), context.socket(zmq.PULL) as socket:
        socket.setsockopt(zmq.RCVHWM, 1)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"tcp://127.0.0.1:{port}")
        socket.poll(20_000)
        process.send(signal.SIGTERM)

        assert process.wait(5) == 0
    context.term()


def test_a_port_in_use_is_reported_in_one_line() -> None:
    with simulator() as (_, port):
        second = python("ingest.simulator", "-o", str(port))

        assert second.wait() == 1
        assert f"cannot bind port {port}: Address already in use" in second.output
        assert "another port with -o" in second.output
        assert "Traceback" not in second.output


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        (("-d", "-1"), {}, "--delay is '-1'; allowed is a number from 0 to 3600 s"),
        (("-n", "many"), {}, "--n-images is 'many'"),
        (("--sender", "rep"), {}, "push or pub"),
        (("--first-pulse", "now"), {}, "--first-pulse is 'now'; allowed is an integer from 0 to"),
        (("--delay-ms", "-5"), {}, "--delay-ms is '-5'; allowed is a number from 0 to 10000 ms"),
        ((), {"BEAMCAST_DELAY": "soon"}, "BEAMCAST_DELAY is 'soon'"),
        ((), {"BEAMCAST_DELLAY": "1"}, "BEAMCAST_DELLAY is not a setting"),
    ],
)
def test_a_bad_setting_stops_the_start(
    options: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    process = python("ingest.simulator", *options, environ=environ)

    assert process.wait() == 2
    assert words in process.output


def test_the_documents_flags_are_understood() -> None:
    port = free_port()
    process = python(
        "ingest.simulator",
        *("--output_port", str(port), "--n_images", "2", "--delay", "0.01"),
    )

    with reader(port) as pulse_id:
        assert pulse_id() + 1 == pulse_id()

    assert process.wait() == 0


def test_the_spot_moves_and_the_same_pulse_gives_the_same_image() -> None:
    camera = Camera()

    images = [camera.frame(pulse_id)["image"] for pulse_id in (0, 20)]

    brightest = [np.unravel_index(image.argmax(), image.shape) for image in images]
    assert brightest[0] != brightest[1]
    assert all(400 < image.max() < 700 for image in images)
    np.testing.assert_array_equal(Camera().frame(20)["image"], images[1])


def test_neighbouring_images_differ_by_more_than_the_spot() -> None:
    camera = Camera(width=64, height=48)

    corner = [camera.frame(pulse_id)["image"][:8, :8] for pulse_id in range(2)]

    assert (corner[0] != corner[1]).all()


def test_the_clock_does_not_drift() -> None:
    clock = Clock(0.5, now=100.0)

    waits = [clock.wait_s(now) for now in (100.0, 100.0, 100.75, 101.0)]

    assert waits == [0.0, 0.5, 0.25, 0.5]


def test_the_clock_makes_up_for_a_short_delay_but_not_for_a_long_one() -> None:
    clock = Clock(0.5, now=0.0)
    clock.wait_s(0.0)

    assert [clock.wait_s(0.9), clock.wait_s(0.9)] == [0.0, pytest.approx(0.1)]
    assert [clock.wait_s(60.0), clock.wait_s(60.0)] == [0.0, 0.5]


def test_the_clock_counts_pulses_from_the_first() -> None:
    clock, ids = Clock(0.5, now=100.0, first_pulse=700), []
    for now in (100.0, 100.5, 300.0):
        clock.wait_s(now)
        ids.append(clock.pulse_id)

    assert ids == [700, 701, 702]


@given(st.floats(1.7e9, 2e9), st.floats(0, 3), st.sampled_from([0.01, 0.02, 0.1, 1.0]))
def test_simulators_started_at_different_times_send_the_same_pulse_at_the_same_time(
    start: float, later_s: float, period_s: float
) -> None:
    first, second = WallClock(period_s), WallClock(period_s)
    dues: list[dict[int, float]] = [{}, {}]
    for clock, now, due in ((first, start, dues[0]), (second, start + later_s, dues[1])):
        while now < start + later_s + 5 * period_s:
            assert len(due) < 1000
            wait_s = clock.wait_s(now)
            now = due[clock.pulse_id] = now + wait_s

    common = dues[0].keys() & dues[1].keys()
    assert len(common) >= 4
    for pulse_id in common:
        assert dues[0][pulse_id] == pytest.approx(pulse_id * period_s, abs=1e-6)
        assert dues[1][pulse_id] == pytest.approx(pulse_id * period_s, abs=1e-6)


def test_a_delay_keeps_the_pulse_ids_of_the_wall_clock() -> None:
    clock = WallClock(0.1)
    now, delay_s = 1000.0, 0.12

    wait_s = clock.wait_s(now - delay_s)

    assert now + wait_s == pytest.approx(clock.pulse_id * 0.1 + delay_s)


@pytest.mark.parametrize("step_s", [-3600.0, -2.0, MAX_CATCH_UP_S + 1, 3600.0])
def test_after_the_wall_clock_was_set_the_pulse_ids_follow_it(step_s: float) -> None:
    clock = WallClock(0.5)
    clock.wait_s(1000.0)

    wait_s = clock.wait_s(1000.5 + step_s)

    assert clock.pulse_id == pytest.approx((1000.5 + step_s) / 0.5)
    assert 0 <= wait_s <= 0.5


def test_the_wall_clock_makes_up_for_a_short_delay() -> None:
    clock = WallClock(0.5)
    clock.wait_s(1000.0)

    waits = [(clock.wait_s(1000.9), clock.pulse_id) for _ in range(2)]

    assert waits == [(0.0, 2001), (pytest.approx(0.1), 2002)]


def test_two_cameras_by_the_wall_clock_send_the_same_pulses_one_of_them_later() -> None:
    """The messages have the time of their pulse."""
    options = ("-d", "0.1", "--first-pulse", "clock", "--sender", "pub")
    with (
        simulator(*options, "--delay-ms", "20") as (_, early),
        simulator(*options, "--delay-ms", "120") as (_, late),
    ):
        headers = [received(port) for port in (early, late)]

    for pulse_id, t_source in headers:
        # the time of sending, less the delay
        assert t_source - pulse_id * 0.1 >= -0.001
        assert t_source - pulse_id * 0.1 < MAX_CATCH_UP_S + 0.1


def received(port: int) -> tuple[int, float]:
    """Return pulse id and source time of a message."""
    context = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.RCVTIMEO, 20_000)
    socket.subscribe(b"")
    socket.connect(f"tcp://127.0.0.1:{port}")
    try:
        header = read_main_header(socket.recv_multipart()[0])
    finally:
        socket.close(0)
        context.term()
    assert header.pulse_id is not None
    assert header.t_source is not None
    return header.pulse_id, header.t_source
