"""Bytes that go out one after another from where they lie, without being joined: a frame has one
copy in a worker, however many viewers it goes to."""

Buffer = bytes | memoryview


class Buffers:
    """Some bytes in one or more buffers, never changed; ``len()`` is how many bytes they have."""

    __slots__ = ("length", "parts", "source")

    def __init__(self, *parts: Buffer, source: bytes = b"") -> None:
        self.parts = parts
        """as sendmsg(2) takes them"""
        self.source = source
        """the message of which they are parts, and which stays in memory with them"""
        self.length = sum(map(len, parts))

    def __len__(self) -> int:
        return self.length

    def after(self, taken: int) -> "Buffers":
        """Without the first bytes, of which there are ``taken``; copies nothing."""
        rest: list[Buffer] = []
        for part in self.parts:
            if taken < len(part):
                rest.append(memoryview(part)[taken:])
            taken = max(0, taken - len(part))
        return Buffers(*rest)
