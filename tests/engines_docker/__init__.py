"""The docker engine against a real Docker engine: builds, runs and deployments, and what goes wrong with them."""
