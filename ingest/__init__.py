"""Takes one bsread stream off the wire and publishes its newest frames to Redis."""
