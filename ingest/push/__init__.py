"""Data that programs push: charts, texts and pictures, as one board."""
