"""Starting and running Beamcast: on this machine, in containers."""
