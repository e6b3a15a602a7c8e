"""What is remembered under `ROOT/.envspec/`: versions, images, runs, models and deployments in SQLite, and
what they are made of in a content-addressed store."""
