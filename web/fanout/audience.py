"""The viewers of one rendition in a worker."""

from shared.leases import Lease
from shared.renditions import Rendition
from web.fanout.messages import Frame
from web.fanout.send_queue import Delivery
from web.fanout.stale_frames import StaleFrameFilter
from web.fanout.viewers import Viewer


class Audience:
    """The viewers of one rendition: since when each may get frames, and which of them could not
    take the newest one.

    It belongs to a relay, whose thread offers frames. Other threads add, remove and count viewers,
    under the relay's lock.
    """

    def __init__(self, rendition: Rendition, holder: str) -> None:
        self.rendition = rendition
        self.viewers: dict[Viewer, float | None] = {}
        """with the Redis time at which each was counted; None before that"""
        self.late: set[Viewer] = set()
        """those whose connection was busy when the newest frame arrived"""
        self._holder = holder
        self._newest: Frame | None = None

    @property
    def lease(self) -> Lease:
        """The lease that requests this rendition's frames from ingest."""
        return Lease(self._holder, len(self.viewers), str(self.rendition))

    def admit(self, t: float) -> None:
        """Admit new viewers to frames that are received from ``t`` on, the Redis time at which they
        were counted. A later time of a viewer (Redis' clock was set back) becomes ``t``: otherwise
        the viewer would wait until then."""
        for viewer, counted_at in self.viewers.items():
            if counted_at is None or counted_at > t:
                self.viewers[viewer] = t

    def suspend(self) -> None:
        """Offer no frames until the viewers are counted again: Redis is unavailable."""
        self.viewers = dict.fromkeys(self.viewers)
        self.late = set()

    def offer(self, frame: Frame, now: float) -> None:
        """Offer the newest frame; ``now`` comes from the clock of the send queues."""
        if self._newest:
            for viewer in self.late & self.viewers.keys():
                viewer.count_dropped(self._newest)
        self._newest, self.late = frame, set()
        with Delivery(frame, now) as delivery:
            for viewer in tuple(self.viewers):
                if self._may_have(viewer, frame) and not viewer.offer(delivery):
                    self.late.add(viewer)

    def offer_again(self, stale_frames: StaleFrameFilter, now: float) -> None:
        """Offer the newest frame to the viewers that were busy when it arrived, unless its epoch is
        over."""
        frame = self._newest
        self.late &= self.viewers.keys()
        if frame is None or stale_frames.is_old_epoch(frame):
            return
        with Delivery(frame, now) as delivery:
            self.late = {
                viewer
                for viewer in self.late
                if self._may_have(viewer, frame) and not viewer.offer_again(delivery)
            }

    def _may_have(self, viewer: Viewer, frame: Frame) -> bool:
        """Return whether the viewer was counted before the frame was received. Looked up for each
        frame, since the viewer may have left meanwhile and come back."""
        counted_at = self.viewers.get(viewer)
        return counted_at is not None and counted_at <= frame.received
