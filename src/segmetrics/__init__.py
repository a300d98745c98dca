"""Exact, fast image-segmentation metrics."""

__version__ = "0.1.0"
