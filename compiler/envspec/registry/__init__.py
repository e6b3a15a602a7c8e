"""OCI registries, for whoever asks one: names of images, docker's logins, one HTTP client, digests."""
