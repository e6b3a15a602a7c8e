"""What an environment is made of, for others to read and to check: SBOM, provenance, verification, audit."""
