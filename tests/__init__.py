"""Tests of envspec. They mirror the phases of the compiler; `tests.engines` holds the real engines."""
