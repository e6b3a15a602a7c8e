"""IR and lock in, files of build contexts out; pure but for reading the project's own files."""
