"""Redis dies, hangs, loses its keys or starts late: viewers are informed, and all parts recover."""

import signal

import requests

from tests.support.beamcast import Beamcast, Worker
from tests.support.camera import Camera
from tests.support.processes import python
from tests.support.waiting import until


def ready(worker: Worker) -> int:
    return requests.get(f"{worker.url}/readyz", timeout=5).status_code


def test_viewers_are_informed_of_a_dead_redis_and_recover(
    beamcast: Beamcast, async_mode: str
) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address)
        workers = [beamcast.worker(), beamcast.worker()]
        viewers = [beamcast.viewer(workers[0]), *(beamcast.viewer(workers[1]) for _ in range(2))]
        for viewer in viewers:
            viewer.watch()
            viewer.wait_for(2)

        beamcast.redis.kill()
        for viewer in viewers:
            assert "Redis is unreachable" in viewer.wait_for_state("broker_lost")["message"]
        assert [ready(worker) for worker in workers] == [503, 503]
        late = beamcast.viewer(workers[0])
        assert late.watch()["status"]["state"] == "broker_lost"
        assert requests.get(f"{workers[0].url}/healthz", timeout=5).ok
        refusal = requests.get(f"{workers[0].url}/api/streams", timeout=5)
        assert (refusal.status_code, refusal.json()["error"]) == (
            503,
            "Redis is unreachable: Connection refused",
        )

        beamcast.redis.start()
        for viewer in (*viewers, late):
            viewer.wait_for_more(2)
            viewer.wait_for_state("live")
        until(lambda: beamcast.viewers() == 4, "the count is right again")

    assert [ready(worker) for worker in workers] == [200, 200]
    assert ingest.output.count("Waiting for it") == ingest.output.count("Redis works again") == 1
    for viewer in (*viewers, late):
        order = [frame.header["seq"] for frame in viewer.frames]
        assert order == sorted(set(order))


def test_a_hanging_redis_is_reported_as_lost_until_it_answers(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        viewer = beamcast.viewer(beamcast.worker())
        viewer.watch()
        viewer.wait_for(2)

        beamcast.redis.send(signal.SIGSTOP)
        viewer.wait_for_state("broker_lost")
        beamcast.redis.send(signal.SIGCONT)

        viewer.wait_for_state("live")
        viewer.wait_for_more(2)
        until(lambda: beamcast.viewers() == 1, "the count is right again")


def test_all_keys_are_written_again_after_redis_lost_them(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewers = [beamcast.viewer(worker), beamcast.viewer(worker)]
        for viewer in viewers:
            viewer.watch()
            viewer.wait_for(2)
            viewer.statuses.clear()

        for _ in range(2):
            beamcast.broker.flushall()
            until(lambda: beamcast.viewers() == 2, "the count")
            until(beamcast.status, "the status")
            until(lambda: beamcast.broker.get("beamcast:camera:schema"), "the schema")
            for viewer in viewers:
                viewer.wait_for_more(2)
        viewers[0].wait_for_state("live")

    assert {s["state"] for viewer in viewers for s in viewer.statuses} <= {"live", "no_ingest"}


def test_parts_that_start_before_redis_wait_for_it(beamcast: Beamcast) -> None:
    beamcast.redis.kill()
    with Camera() as camera:
        ingest = python("ingest", "--source", camera.address, "--redis", beamcast.ingest_url)
        beamcast.add(ingest)
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        assert viewer.watch()["status"]["state"] == "broker_lost"
        assert ready(worker) == 503
        until(lambda: "Waiting for it" in ingest.output, "ingest says that it waits")

        beamcast.redis.start()

        viewer.wait_for(2)
        viewer.wait_for_state("live")
        until(lambda: ready(worker) == 200, "it is ready")
    assert ingest.output.count("Waiting for it") == 1


def test_an_ingest_ends_properly_while_it_waits_for_redis(beamcast: Beamcast) -> None:
    beamcast.redis.kill()
    ingest = python("ingest", "--redis", beamcast.ingest_url)
    until(lambda: "Waiting for it" in ingest.output, "it waits")

    assert ingest.stop() == 0
    assert "Traceback" not in ingest.output
    beamcast.redis.start()


def test_parts_end_properly_after_redis_died(beamcast: Beamcast) -> None:
    with Camera() as camera:
        ingest = beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        viewer.watch()
        viewer.wait_for(1)
        beamcast.redis.kill()
        viewer.wait_for_state("broker_lost")

        assert ingest.stop() == 0
        assert worker.process.stop() == 0
    beamcast.redis.start()


def test_invalid_values_in_our_keys_are_harmless(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        viewer = beamcast.viewer(worker)
        viewer.watch()
        viewer.wait_for(2)

        broker = beamcast.broker
        for value in (b"\xff\xfe", b"", b"[1]", b"nonsense", b"9" * 5000):
            broker.set("beamcast:camera:viewers", value)
            broker.set("beamcast:camera:schema", value)
            broker.hset("beamcast:camera:status", b"state", value)
            broker.hset("beamcast:camera:status", b"\xff", value)
            broker.hset("beamcast:camera:leases", value, value)
            broker.publish("beamcast:camera:frames", value)
            broker.publish("beamcast:events", value)
            broker.publish("beamcast:events", b"status camera")
            broker.zadd("beamcast:streams", {value: 1})
            assert requests.get(f"{worker.url}/api/streams", timeout=5).ok
            viewer.wait_for_more(2)
        for key in ("viewers", "leases", "status", "schema"):
            broker.delete(f"beamcast:camera:{key}")
            broker.rpush(f"beamcast:camera:{key}", "a list")
            broker.publish("beamcast:events", b"status camera")
            broker.delete(f"beamcast:camera:{key}")
            viewer.wait_for_more(2)

        viewer.wait_for_state("live")
        until(lambda: beamcast.viewers() == 1, "the count is right")


def test_the_times_of_a_frame_are_between_the_watch_and_its_arrival(beamcast: Beamcast) -> None:
    with Camera() as camera:
        beamcast.ingest(camera.address)
        worker = beamcast.worker()
        for _ in range(5):
            viewer = beamcast.viewer(worker)
            viewer.watch()
            for frame in viewer.wait_for(5):
                header = frame.header
                assert viewer.watched_at <= header["t_received"] <= header["t_published"]
                assert header["t_published"] <= frame.arrived
