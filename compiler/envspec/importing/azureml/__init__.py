"""Azure ML, CLI v2: environments, jobs, sweeps, pipelines, Spark, online endpoints and deployments."""
