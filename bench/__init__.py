"""The benchmarks: Beamcast beside what a user would take instead, and the machine's floor."""
