"""The status page, ``/status``."""

import requests

from tests.support.beamcast import Beamcast
from tests.support.camera import Camera
from tests.support.waiting import until


def test_the_status_page_shows_state_viewers_and_standby_of_each_stream(
    beamcast: Beamcast,
) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        beamcast.start_ingest(camera.address, "--standby", "1")
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        viewer.watch()
        viewer.wait_for(1)
        beamcast.broker.zadd("beamcast:streams", {"gone": beamcast.broker.time()[0]})

        def page() -> str:
            return requests.get(f"{worker.url}/status", timeout=20).text

        until(lambda: "<dt>standby</dt>" in page(), "the standby is seen")
        until(lambda: ">Live<" in page(), "the stream is live")
        text = page()

    assert "1 not live<" in text
    assert text.index(">gone<") < text.index(">camera<")  # what needs someone is first
    assert "python -m ingest --stream gone" in text
    assert f":{worker.port}:{worker.process.pid}: 1<" in text
    assert camera.address in text


def test_the_status_page_reports_an_unreachable_redis(beamcast: Beamcast) -> None:
    worker = beamcast.worker()
    beamcast.redis.kill()
    answer = requests.get(f"{worker.url}/status", timeout=20)
    assert answer.ok
    assert "Redis is unreachable" in answer.text


def test_texts_of_a_stream_are_escaped(beamcast: Beamcast) -> None:
    script = "<script>alert(1)</script>"
    beamcast.broker.zadd("beamcast:streams", {"evil": 1, script: 1})
    fields = ("state", "message", "source", "host", "pid", "fps_in", "pulse_id", "last_error")
    beamcast.broker.hset("beamcast:evil:status", mapping=dict.fromkeys(fields, script))
    beamcast.broker.hset("beamcast:evil:status", "errors", '{"<script>": "<script>"}')
    beamcast.broker.hset("beamcast:evil:status", mapping={"started": "NaN", "t": script})
    beamcast.broker.hset("beamcast:evil:leases", script, "1 99999999999")
    beamcast.broker.set("beamcast:evil:standby", script)
    worker = beamcast.worker()

    answer = requests.get(f"{worker.url}/status", timeout=20)

    assert answer.ok
    assert "<script>" not in answer.text.replace('<script src="/static', "").replace(
        '<script type="module" src="/static', ""
    )
    assert "&lt;script&gt;" in answer.text
