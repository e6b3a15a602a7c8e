"""The front process of a deployment: HTTP in, frames to the workers out.

Stand-alone: the standard library and waitress only, Python 3.9, relative imports, so that the same files
work beside `front.py` and inside the compiler's package.
"""
