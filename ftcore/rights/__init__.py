"""What is forgotten: by itself when its time is over (`purge`), or when a person asks (`people`, `erasure`)."""
