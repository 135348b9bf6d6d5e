"""The code that ingest and web share: settings, Redis keys, the gate, the envelope."""
