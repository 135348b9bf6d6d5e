"""Charts, texts and images that programs push, shown as one board."""
