"""Publishing of frames to Redis while somebody watches."""
