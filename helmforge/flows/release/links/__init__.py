"""The links of `release verify`, each of which asks the world one question."""
