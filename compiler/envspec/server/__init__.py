"""The scoring server of deployments: what lies beside the user's environment and serves the entry script.

Two kinds of process, both stand-alone files for Python 3.9 and later that import nothing of the compiler:

    front.py + http_front/ + lib/waitress     PYTHON -I -S front.py     HTTP; sees none of the user's packages
    worker.py                                 PYTHON worker.py …        the user's code; sees none of ours

They talk in length-prefixed frames over socket pairs, so what the script prints is only ever log. All
settings are `ENVSPEC_*` variables: `http_front.settings`.

For the compiler: `distribution` gives these files as bytes for a build context, `entry` checks an entry
script without running it. Neither imports anything of ours, so every phase may use them.
"""
