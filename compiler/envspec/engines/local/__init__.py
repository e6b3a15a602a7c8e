"""Environments and runs on this machine, without a server: uv, py-rattler and plain processes."""
