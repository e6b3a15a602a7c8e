"""envspec: environments as code for machine learning.

This package is a compiler (pure: text in, values and diagnostics out), the engines that build and run what
it emits, the workspace that remembers, and the command line. `docs/architecture.md` has the drawing.
"""

__version__ = "0.1.0"
