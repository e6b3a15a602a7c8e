"""The HTTP front of a deployment. Run as `PYTHON -I -S front.py`; see `http_front.main` for what it reads.

`-I -S` keeps the user's packages out of this process. What it needs itself lies beside this file: its own
modules in `http_front/`, waitress in `lib/` (or in `ENVSPEC_SERVER_LIB`). The workers, which run the user's
code, see neither.
"""

import importlib
import os
import sys

if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.stderr.write(
            "envspec: the server needs Python 3.9 or later, this is %d.%d\n" % sys.version_info[:2]
        )
        sys.exit(2)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [here, os.environ.get("ENVSPEC_SERVER_LIB") or os.path.join(here, "lib")]
    sys.exit(importlib.import_module("http_front.main").main())
