"""The code that ingest and web share: settings, Redis keys, leases, the envelope."""
