"""Logging as every command does it: one line an event, on standard error."""

import logging


def set_up_log(level: str) -> None:
    """Sets the root logger up; called once, by a command's main."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
