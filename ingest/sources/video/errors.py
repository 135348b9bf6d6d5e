"""Why a video gives no pictures, in words for an operator."""

import errno

import av


class VideoUnavailable(Exception):
    """Why there are no pictures, in words; ``state`` is what the source is then."""

    def __init__(self, state: str, text: str) -> None:
        super().__init__(text)
        self.state = state


def ffmpeg_message(problem: Exception) -> str:
    """FFmpeg's own words, without the address that they mostly have, passwords and all."""
    return getattr(problem, "strerror", None) or type(problem).__name__


def explain(
    problem: Exception, kind: str, shown: str, has_login: bool, is_open: bool, hung: bool
) -> VideoUnavailable:
    """What went wrong while a video was opened, or when it ``is_open``; ``shown`` is its address
    without the login that it may have. It ``hung`` when nothing came for as long as was waited:
    FFmpeg calls that by several names."""
    if isinstance(problem, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        told = f"{shown} does not take the name and the password in the source's address."
        wants = f"{shown} wants a name and a password: rtsp://NAME:PASSWORD@HOST/PATH."
        return VideoUnavailable("mismatch", told if has_login else wants)
    if isinstance(problem, av.error.HTTPNotFoundError):
        return VideoUnavailable("mismatch", f"The server has no stream {shown}. Is the path right?")
    if isinstance(problem, av.error.HTTPError):
        return VideoUnavailable(
            "mismatch", f"The server refuses {shown}: {ffmpeg_message(problem)}."
        )
    if isinstance(problem, av.error.DecoderNotFoundError):
        return VideoUnavailable(
            "mismatch", f"The video in {shown} has a codec that is not supported."
        )
    if isinstance(problem, FileNotFoundError):
        return VideoUnavailable("connecting", f"There is no {shown}. Is the name right?")
    if isinstance(problem, PermissionError):
        return VideoUnavailable("connecting", f"{shown} may not be read by this user.")
    number = getattr(problem, "errno", None)
    if kind == "udp" and number == errno.EADDRINUSE:
        return VideoUnavailable("connecting", f"Another program listens at {shown} already.")
    if is_open and hung:
        return VideoUnavailable(
            "silent", f"Nothing comes from {shown} any more; it is opened anew."
        )
    if is_open and kind in ("rtsp", "udp", "v4l2"):
        return VideoUnavailable(
            "lost", f"The connection to {shown} broke ({ffmpeg_message(problem)})."
        )
    if hung or isinstance(problem, TimeoutError):
        nothing = "Nothing comes to" if kind == "udp" else "No answer comes from"
        sender = ", and does it send MPEG-TS there" if kind == "udp" else ""
        return VideoUnavailable("connecting", f"{nothing} {shown}. Is the sender running{sender}?")
    if isinstance(problem, ConnectionRefusedError):
        text = f"Nothing listens at {shown}. Is the camera on, and is the port right?"
        return VideoUnavailable("connecting", text)
    is_strange = number in (errno.EINVAL, None) or isinstance(problem, av.error.InvalidDataError)
    if is_strange or kind == "file":
        what = "damaged, or of another kind"
        return VideoUnavailable(
            "mismatch", f"What is at {shown} is no video that can be shown ({what})."
        )
    tls = " Is its certificate known (--source-ca)?" if shown.startswith("rtsps:") else ""
    if number == errno.EIO:
        return VideoUnavailable("connecting", f"{shown} cannot be reached. Is the name right?{tls}")
    return VideoUnavailable(
        "connecting", f"{shown} cannot be opened: {ffmpeg_message(problem)}.{tls}"
    )
