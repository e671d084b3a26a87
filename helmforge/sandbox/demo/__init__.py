"""`helmforge demo`: the whole road of a service, with real tools, in a folder of its own."""
