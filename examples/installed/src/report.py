"""Says which Python it runs in."""

import sys

print("Python", sys.version.split()[0])
