"""The bsread message: its headers, its channels and their values."""
