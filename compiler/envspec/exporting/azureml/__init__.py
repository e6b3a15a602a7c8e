"""Azure ML, CLI v2: environments, command jobs, sweeps, pipelines, online endpoints and deployments."""
