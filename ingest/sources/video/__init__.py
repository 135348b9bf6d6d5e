"""The source of a video: a camera, a sender or a file."""
