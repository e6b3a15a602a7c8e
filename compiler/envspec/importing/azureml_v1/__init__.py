"""Azure ML, SDK v1: environments as JSON, and run configurations."""
