"""The scoring server and local deployments: real processes, real HTTP."""
