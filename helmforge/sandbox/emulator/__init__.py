"""An emulated Kubernetes API on loopback: what helm and kubectl need. No container ever runs."""
