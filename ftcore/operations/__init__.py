"""Running the service: backups, health, metrics. What an operator asks of it, not what a counselor does."""
