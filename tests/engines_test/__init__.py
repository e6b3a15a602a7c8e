"""Tests that the engines themselves are what the other tests take them for."""
