"""The release manager's commands, one flow per file."""
