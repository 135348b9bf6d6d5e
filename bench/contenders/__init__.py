"""The programs that are measured beside Beamcast, each a process of its own."""
