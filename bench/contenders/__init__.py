"""The programs that are compared with Beamcast, each run as a process."""
