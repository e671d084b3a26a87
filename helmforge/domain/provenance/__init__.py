"""What is told of a published image: what is in it, how it was built, and who signs for that."""
