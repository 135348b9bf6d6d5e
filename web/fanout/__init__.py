"""One frame from Redis to all viewers of this worker."""
