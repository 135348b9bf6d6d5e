"""The newest image wins, all scalars are kept, and every loss is counted."""

import threading
import time
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ingest.frame_rate import PulseSelection
from ingest.mailbox import Mailbox
from tests.support.waiting import until


@dataclass
class Pulse:
    """The parts of a pulse that the mailbox uses."""

    pulse_id: int
    has_image: bool = True
    whole: bool = True
    weight: int = 1
    t_received: float = 0.0

    def scalars_only(self) -> "Pulse":
        return Pulse(self.pulse_id, self.has_image, whole=False, weight=self.weight)


def ids(pulses: list[Pulse]) -> list[int]:
    return [pulse.pulse_id for pulse in pulses]


def test_the_newest_pulse_is_taken_with_the_scalars_of_all_since_the_last() -> None:
    mailbox = Mailbox()
    for pulse_id in (1, 2, 3):
        mailbox.put(Pulse(pulse_id))

    newest, pulses = mailbox.take(0)

    assert newest == Pulse(3)
    assert ids(pulses) == [1, 2, 3]
    assert not any(pulse.whole for pulse in pulses)
    assert mailbox.skipped == 2


def test_nothing_is_taken_twice() -> None:
    mailbox = Mailbox()
    mailbox.put(Pulse(1))
    mailbox.take(0)

    assert mailbox.take(0) is None


def test_an_image_is_not_replaced_by_a_pulse_without_one() -> None:
    mailbox = Mailbox()
    mailbox.put(Pulse(1))
    mailbox.put(Pulse(2, has_image=False))

    newest, pulses = mailbox.take(0)

    assert newest.pulse_id == 1
    assert ids(pulses) == [1, 2]
    assert mailbox.skipped == 0


def test_a_pulse_without_image_is_taken_alone_when_no_image_arrives() -> None:
    mailbox = Mailbox(image_wait_s=0)
    mailbox.put(Pulse(1, has_image=False))

    newest, pulses = mailbox.take(0)

    assert newest.pulse_id == 1
    assert ids(pulses) == [1]


def test_a_pulse_without_image_waits_for_one_that_has_it() -> None:
    mailbox = Mailbox(image_wait_s=60)
    mailbox.put(Pulse(1, has_image=False))
    threading.Timer(0.01, mailbox.put, [Pulse(2)]).start()

    newest, pulses = mailbox.take(0)

    assert newest.pulse_id == 2
    assert ids(pulses) == [1, 2]


def test_missing_images_are_waited_for_once() -> None:
    mailbox = Mailbox(image_wait_s=0.01)
    mailbox.put(Pulse(1, has_image=False))
    mailbox.take(0)
    mailbox._image_wait_s = 60

    mailbox.put(Pulse(2, has_image=False))
    newest, _ = mailbox.take(0)
    assert newest.pulse_id == 2

    mailbox.put(Pulse(3))
    mailbox.take(0)
    mailbox.put(Pulse(4, has_image=False))
    threading.Timer(0.01, mailbox.put, [Pulse(5)]).start()
    newest, _ = mailbox.take(0)
    assert newest.pulse_id == 5


def test_pulses_that_do_not_fit_are_counted() -> None:
    mailbox = Mailbox(max_pulses=2)
    for pulse_id in (1, 2, 3, 4):
        mailbox.put(Pulse(pulse_id))

    _, pulses = mailbox.take(0)

    assert ids(pulses) == [3, 4]
    assert mailbox.pulses_lost == 2


def test_pulses_that_are_too_heavy_together_are_counted() -> None:
    mailbox = Mailbox(max_weight=10)
    for pulse_id in (1, 2, 3, 4):
        mailbox.put(Pulse(pulse_id, weight=5))

    _, pulses = mailbox.take(0)

    assert ids(pulses) == [3, 4]
    assert mailbox.pulses_lost == 2


def test_the_newest_pulse_stays_whatever_it_weighs() -> None:
    mailbox = Mailbox(max_weight=10)
    for pulse_id in (1, 2):
        mailbox.put(Pulse(pulse_id, weight=11))

    assert ids(mailbox.take(0)[1]) == [2]
    mailbox.put(Pulse(3, weight=9))
    mailbox.put(Pulse(4, weight=1))
    assert ids(mailbox.take(0)[1]) == [3, 4]
    assert mailbox.pulses_lost == 1


def put_steadily(mailbox: Mailbox, pulse_ids: range, images_every: int = 1) -> None:
    """Put pulses at 100 Hz, of which only some have an image."""
    for pulse_id in pulse_ids:
        has_image = pulse_id % images_every == 0
        mailbox.put(Pulse(pulse_id, has_image, t_received=pulse_id / 100))


def test_of_a_pulse_that_is_not_selected_only_the_scalars_are_kept() -> None:
    mailbox = Mailbox(selection=PulseSelection(25))
    put_steadily(mailbox, range(1000, 1300))
    mailbox.take(0)
    skipped = mailbox.skipped

    put_steadily(mailbox, range(1300, 1304))
    newest, pulses = mailbox.take(0)

    assert mailbox.selects_pulses
    assert newest.pulse_id == 1300
    assert ids(pulses) == [1300, 1301, 1302, 1303]
    assert mailbox.skipped == skipped + 3  # 1299, 1301, 1302
    mailbox.put(Pulse(1304, t_received=13.04))
    assert mailbox.skipped == skipped + 4


def test_the_last_pulse_is_taken_though_it_was_not_selected_when_the_source_stops() -> None:
    mailbox = Mailbox(image_wait_s=0.05, selection=PulseSelection(25))
    put_steadily(mailbox, range(1000, 1303))
    mailbox.take(0)

    assert mailbox.take(0) is None
    mailbox.wait()
    newest, _ = mailbox.take(0)

    assert newest.pulse_id == 1302


def test_the_next_pulse_of_a_slow_camera_is_waited_for() -> None:
    mailbox = Mailbox(image_wait_s=0, selection=PulseSelection(0.2))
    now = time.monotonic()
    for number in range(12):
        mailbox.put(Pulse(1000 + number, t_received=now + number - 11.5))
    assert mailbox.selects_pulses
    mailbox.take(0)

    mailbox._offer_unselected()

    assert mailbox.take(0) is None


def test_a_cleared_mailbox_does_not_keep_the_pulse_that_was_not_selected() -> None:
    mailbox = Mailbox(image_wait_s=0.05, selection=PulseSelection(25))
    put_steadily(mailbox, range(1000, 1303))

    mailbox.clear()
    mailbox._offer_unselected()

    assert mailbox.take(0) is None


def test_while_images_arrive_only_their_pulses_are_selected() -> None:
    """A camera at 50 Hz; the pulses between have values alone."""
    mailbox = Mailbox(image_wait_s=0.25, selection=PulseSelection(1))
    put_steadily(mailbox, range(1000, 1501), images_every=2)
    mailbox.take(0)

    put_steadily(mailbox, range(1501, 1600), images_every=2)
    assert mailbox.take(0) is None
    put_steadily(mailbox, range(1600, 1605), images_every=2)
    newest, _ = mailbox.take(0)

    assert newest == Pulse(1600, t_received=16.0)


def test_when_the_images_stop_values_are_taken() -> None:
    mailbox = Mailbox(image_wait_s=0.05, selection=PulseSelection(25))
    put_steadily(mailbox, range(1000, 1500))
    mailbox.take(0)

    put_steadily(mailbox, range(1501, 1600), images_every=10_000)
    newest, _ = mailbox.take(0)

    assert newest.pulse_id > 1500
    assert not newest.has_image


def test_a_cleared_mailbox_is_empty() -> None:
    mailbox = Mailbox()
    mailbox.put(Pulse(1))

    mailbox.clear()

    assert mailbox.take(0) is None


@given(st.lists(st.sampled_from(["image", "no image", "take"]), max_size=60))
def test_every_pulse_is_taken_once_and_in_order(steps: list[str]) -> None:
    mailbox = Mailbox(image_wait_s=0)
    put, got, shown = [], [], 0
    for pulse_id, step in enumerate(steps):
        if step == "take":
            taken = mailbox.take(0)
            if taken:
                got += ids(taken[1])
                shown += taken[0].has_image
        else:
            put.append(pulse_id)
            mailbox.put(Pulse(pulse_id, has_image=step == "image"))
    taken = mailbox.take(0)
    if taken:
        got += ids(taken[1])
        shown += taken[0].has_image

    assert got == put
    assert shown + mailbox.skipped == steps.count("image")


def test_each_pulse_wakes_the_thread_that_began_to_wait_last() -> None:
    mailbox, woken = Mailbox(), []

    def wait(name: str) -> None:
        mailbox.wait()
        woken.append(name)

    threads = []
    for name in ("first", "second", "third"):
        threads.append(threading.Thread(target=wait, args=(name,)))
        threads[-1].start()
        until(lambda: len(mailbox._waiters) == len(threads), f"the {name} waits")
    mailbox.put(Pulse(1))
    threads[2].join(20)
    mailbox.take(0)

    assert woken == ["third"]
    mailbox.close()
    for thread in threads:
        thread.join(20)
    assert sorted(woken) == ["first", "second", "third"]


def test_wait_returns_immediately_when_there_is_a_pulse() -> None:
    mailbox = Mailbox()
    mailbox.put(Pulse(1))

    mailbox.wait()

    assert mailbox.take(0) is not None
