"""What ingest and web agree on: settings, Redis names, the gate, the envelope."""
