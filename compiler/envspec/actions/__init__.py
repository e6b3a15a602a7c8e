"""What the command line does, without the command line: load, lock, build, run, deploy, `up`.

These bring together the pure core, the lock, the engines and the workspace. Trouble leaves as `Failure`;
nothing here prints or exits.
"""
