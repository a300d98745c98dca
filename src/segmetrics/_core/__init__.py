"""Glue between Python and `csrc/`; private, and without logic of its own."""
