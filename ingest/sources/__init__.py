"""The kinds of sources that pulses come from: one sub-package each; see ``base.py``."""
