"""The programs that are measured beside Beamcast, each in a process of its own."""
