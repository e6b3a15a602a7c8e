"""Kubernetes: Jobs of runs; ConfigMaps, Deployments and Services of deployments."""
