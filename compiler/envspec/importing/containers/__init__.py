"""What containers are made of: Dockerfiles, Binder folders, dev containers."""
