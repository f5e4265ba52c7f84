"""The commands, one subject a file. Each imports what it needs when it is called: `--help` answers at once."""
