"""Every folder of `examples/` is compiled, built and run; a new one is tried without being named here."""
