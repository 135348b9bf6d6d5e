"""From arrays to what a frame carries: JPEG, precise tiles and values."""
