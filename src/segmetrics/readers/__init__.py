"""Readers of ground truth and predictions: files, and the same as Python objects, into tables."""
