"""Tools that package models: MLflow, BentoML, Truss, Cog."""
