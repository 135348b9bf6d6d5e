"""The viewers of one rendition in a worker: from when on each may have frames, and who could not
take the newest."""

from shared.gate import Lease
from shared.renditions import Rendition
from web.fanout.messages import Frame
from web.fanout.send_queue import Delivery
from web.fanout.stale_frames import StaleFrameFilter
from web.fanout.viewers import Viewer


class Audience:
    """Belongs to a relay, whose thread offers frames; other threads add and remove viewers and
    count them, under the relay's lock."""

    def __init__(self, rendition: Rendition, holder: str) -> None:
        self.rendition = rendition
        self.viewers: dict[Viewer, float | None] = {}
        """with Redis' time when each was counted; None before that"""
        self.late: set[Viewer] = set()
        """those whose connection was busy when the newest frame came"""
        self._holder = holder
        self._newest: Frame | None = None

    @property
    def lease(self) -> Lease:
        """What asks ingest for its frames."""
        return Lease(self._holder, len(self.viewers), str(self.rendition))

    def stamp(self, t: float) -> None:
        """Lets new viewers have what is received from ``t`` on, Redis' time at which they were
        counted. A stamp in Redis' future (its clock was set back) is brought back to now: without
        that the viewer would wait until then."""
        for viewer, accepted in self.viewers.items():
            if accepted is None or accepted > t:
                self.viewers[viewer] = t

    def unstamp(self) -> None:
        """Redis is away: what comes after that is for those who are counted then."""
        self.viewers = dict.fromkeys(self.viewers)
        self.late = set()

    def offer(self, frame: Frame, now: float) -> None:
        """Offers the newest frame; ``now`` is of the outboxes' clock."""
        if self._newest:
            for viewer in self.late & self.viewers.keys():
                viewer.count_dropped(self._newest)
        self._newest, self.late = frame, set()
        with Delivery(frame, now) as delivery:
            for viewer in tuple(self.viewers):
                if self._may_have(viewer, frame) and not viewer.offer(delivery):
                    self.late.add(viewer)

    def offer_again(self, fence: StaleFrameFilter, now: float) -> None:
        """Offers it to those who were busy when it came, unless it is old by now."""
        frame = self._newest
        self.late &= self.viewers.keys()
        if frame is None or fence.is_old(frame):
            return
        with Delivery(frame, now) as delivery:
            self.late = {
                viewer
                for viewer in self.late
                if self._may_have(viewer, frame) and not viewer.offer_again(delivery)
            }

    def _may_have(self, viewer: Viewer, frame: Frame) -> bool:
        """Whether it watched before the frame was received; looked up for each try, since it may
        have left meanwhile, and come again."""
        accepted = self.viewers.get(viewer)
        return accepted is not None and accepted <= frame.received
