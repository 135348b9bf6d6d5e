"""Explains to an operator why a video cannot be shown."""

import errno

import av


class VideoUnavailable(Exception):
    """A video has no images; the text says why, and ``state`` is the state of the source."""

    def __init__(self, state: str, text: str) -> None:
        super().__init__(text)
        self.state = state


def ffmpeg_message(error: Exception) -> str:
    """Return FFmpeg's message without the address that it usually contains, with the password."""
    return getattr(error, "strerror", None) or type(error).__name__


def explain(
    error: Exception, kind: str, shown: str, has_login: bool, is_open: bool, timed_out: bool
) -> VideoUnavailable:
    """Return the error for an operator.

    ``kind`` and ``shown`` are the kind of the video's address, and the address without its login.
    The error happened while the video was opened, or later when it ``is_open``. FFmpeg reports a
    time-out as several errors, so the caller says whether it ``timed_out``.
    """
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        text = f"{shown} requires a user name and a password: rtsp://NAME:PASSWORD@HOST/PATH."
        if has_login:
            text = f"{shown} rejects the user name or the password in the source's address."
        return VideoUnavailable("mismatch", text)
    if isinstance(error, av.error.HTTPNotFoundError):
        return VideoUnavailable("mismatch", f"The server has no stream {shown}. Is the path right?")
    if isinstance(error, av.error.HTTPError):
        return VideoUnavailable("mismatch", f"The server rejects {shown}: {ffmpeg_message(error)}.")
    if isinstance(error, av.error.DecoderNotFoundError):
        return VideoUnavailable(
            "mismatch", f"The video in {shown} has a codec that is not supported."
        )
    if isinstance(error, FileNotFoundError):
        return VideoUnavailable("connecting", f"{shown} does not exist. Is the name right?")
    if isinstance(error, PermissionError):
        return VideoUnavailable("connecting", f"This user has no permission to read {shown}.")
    number = getattr(error, "errno", None)
    if kind == "udp" and number == errno.EADDRINUSE:
        return VideoUnavailable("connecting", f"Another program listens at {shown} already.")
    if is_open and timed_out:
        return VideoUnavailable("silent", f"Nothing arrives from {shown} any more; reopening it.")
    if is_open and kind in ("rtsp", "udp", "v4l2"):
        return VideoUnavailable(
            "lost", f"The connection to {shown} broke ({ffmpeg_message(error)})."
        )
    if timed_out or isinstance(error, TimeoutError):
        text = f"No answer from {shown}. Is the sender running?"
        if kind == "udp":
            text = f"Nothing arrives at {shown}. Is the sender running, and does it send MPEG-TS?"
        return VideoUnavailable("connecting", text)
    if isinstance(error, ConnectionRefusedError):
        text = f"Nothing listens at {shown}. Is the camera on, and is the port right?"
        return VideoUnavailable("connecting", text)
    is_invalid = number in (errno.EINVAL, None) or isinstance(error, av.error.InvalidDataError)
    if is_invalid or kind == "file":
        return VideoUnavailable("mismatch", f"{shown} is not a supported video, or it is damaged.")
    tls = " Is its certificate known (--source-ca)?" if shown.startswith("rtsps:") else ""
    if number == errno.EIO:
        return VideoUnavailable("connecting", f"{shown} is unreachable. Is the name right?{tls}")
    return VideoUnavailable(
        "connecting", f"{shown} cannot be opened: {ffmpeg_message(error)}.{tls}"
    )
