"""Where pulses come from: one sub-package for each kind of source."""
