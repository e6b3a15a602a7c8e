"""The formatter: one layout, the same meaning."""
