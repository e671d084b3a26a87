"""Programs that say what is in an image, and that sign for it."""
