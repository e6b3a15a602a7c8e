# /// script
# requires-python = ">=3.11"
# dependencies = ["six>=1.16,<2"]
# ///
"""Says what it is given, loudly; brings its own list of packages (inline script metadata, PEP 723)."""

import sys

import six

print(six.ensure_str(sys.argv[1]).upper())
