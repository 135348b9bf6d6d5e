"""The effect of a viewer's reports of drawn frames, over a real connection."""

from typing import Any

import pytest
import requests

from shared import envelope
from tests.support.beamcast import Beamcast, Worker
from tests.support.raw_viewer import RawViewer, pump
from tests.support.waiting import until

FRAME = bytes(50_000)
EPOCH = 7
RECEIVED = 'beamcast_web_frames_received_total{stream="camera"}'


def publish(beamcast: Beamcast, seq: int) -> None:
    """Publish a frame of 50 kB that is fresh for all viewers."""
    seconds, _ = beamcast.broker.time()
    blobs = envelope.Blobs()
    blobs.add(FRAME)
    pulses = {"pulse_id": [2 * seq, 2 * seq + 1], "t_source": [None] * 2, "values": {}}
    when = seconds + 3600 + seq / 1000
    header = {"t_received": when, "epoch": EPOCH, "seq": seq, "pulses": pulses}
    beamcast.broker.publish("beamcast:camera:frames", envelope.pack(header, blobs))


def report(seq: Any, **other: Any) -> dict[str, Any]:
    return {"stream": "camera", "epoch": EPOCH, "seq": seq, **other}


def watching(worker: Worker, *, reports: bool) -> RawViewer:
    viewer = RawViewer(worker.port)
    pump([viewer], lambda: viewer.connected, "it is connected")
    if reports:
        viewer.emit("drawn", {})
    assert "error" not in viewer.call("watch", {"stream": "camera"})
    return viewer


def counted(worker: Worker, name: str) -> float:
    """Return a value of the worker's metrics; 0 while it does not exist."""
    lines = requests.get(f"{worker.url}/metrics", timeout=5).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name + " "))


def test_a_viewer_that_reports_is_sent_no_more_than_is_drawn(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    plain, reporting = watching(worker, reports=False), watching(worker, reports=True)

    for seq in range(1, 11):
        publish(beamcast, seq)
        pump([plain, reporting], lambda: plain.seqs[-1:] == [seq], "it gets all")  # noqa: B023
    assert reporting.seqs == [1]

    reporting.emit("drawn", report(1))
    pump([plain, reporting], lambda: reporting.seqs == [1, 10], "the newest one comes at once")
    held_back = counted(worker, 'beamcast_web_dropped_total{way="flow"}')
    assert held_back == 8
    pump([plain, reporting], timeout_s=0.3)  # it was offered again meanwhile, having begun already
    assert reporting.seqs == [1, 10]
    assert counted(worker, "beamcast_web_drawn_seconds_count") == 1


def test_a_viewer_that_reports_misses_no_pulse_of_the_frames_it_is_not_sent(
    beamcast: Beamcast,
) -> None:
    worker = beamcast.worker()
    viewer = watching(worker, reports=True)
    for seq in range(1, 11):
        publish(beamcast, seq)
    until(lambda: counted(worker, RECEIVED) == 10, "all are received")
    viewer.emit("drawn", report(1))
    pump([viewer], lambda: viewer.seqs == [1, 10], "the newest one comes")

    payloads = [payload for name, payload in viewer.events if name == "pulses"]
    first, last = viewer.frames
    ids = [one for payload in (first, *payloads, last) for one in payload["pulses"]["pulse_id"]]
    assert ids == list(range(2, 22))
    assert [payload["seq"] for payload in payloads] == list(range(2, 10))


def test_a_viewer_that_reports_each_frame_misses_none(beamcast: Beamcast) -> None:
    viewer = watching(beamcast.worker(), reports=True)

    for seq in range(1, 101):
        publish(beamcast, seq)
        pump([viewer], lambda: viewer.seqs[-1:] == [seq], f"frame {seq}")  # noqa: B023
        viewer.emit("drawn", report(seq))

    assert viewer.seqs == list(range(1, 101))


def test_watching_again_begins_with_nothing_in_flight(beamcast: Beamcast) -> None:
    viewer = watching(beamcast.worker(), reports=True)
    publish(beamcast, 1)
    pump([viewer], lambda: viewer.seqs == [1], "the first frame")

    viewer.call("unwatch", {"stream": "camera"})
    viewer.call("watch", {"stream": "camera"})
    publish(beamcast, 2)

    pump([viewer], lambda: viewer.seqs == [1, 2], "the second frame")


WRONG: list[tuple[Any, ...]] = [
    (),
    (None,),
    ("camera",),
    ([],),
    ({}, {}),
    (report(1), 2),
    ({"stream": "camera"},),
    ({"stream": "camera", "epoch": EPOCH},),
    (report(1, more=1),),
    (report(1, ago=-1),),
    (report(1, ago="1"),),
    (report(1, ago=float("nan")),),
    (report(True),),
    (report(1.0),),
    (report("1"),),
    (report(None),),
    (report(1, epoch=[7]),),
    (report(1, epoch=False),),
    (report(1, stream=5),),
]
OF_NO_FRAME = [
    report(2),
    report(-1),
    report(10**300),
    report(1, epoch=EPOCH + 1),
    report(1, stream="other"),
    report(1, stream="x" * 5000),
]


def test_wrong_reports_are_counted_and_change_nothing(beamcast: Beamcast, async_mode: str) -> None:
    worker = beamcast.worker()
    viewer = watching(worker, reports=True)
    publish(beamcast, 1)
    pump([viewer], lambda: viewer.seqs == [1], "the first frame")

    for wrong in WRONG:
        viewer.emit("drawn", *wrong)
    for of_none in OF_NO_FRAME * 20:
        viewer.emit("drawn", of_none)
    viewer.emit("drawn", report(1))
    viewer.call("unwatch")

    assert not viewer.closed
    assert counted(worker, 'beamcast_web_refused_total{kind="drawn"}') == len(WRONG)
    assert viewer.last("drawn") is None


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_reports_are_accepted_over_every_transport(
    beamcast: Beamcast, async_mode: str, transport: str
) -> None:
    worker = beamcast.worker()
    viewer = beamcast.viewer(worker, transports=[transport])
    viewer.client.emit("drawn", {})
    viewer.watch()

    for seq in range(1, 6):
        publish(beamcast, seq)
        viewer.wait_for(seq)
        viewer.client.emit("drawn", report(seq))
