"""What is remembered under `ROOT/.envspec/`: environment versions and runs, in SQLite."""
