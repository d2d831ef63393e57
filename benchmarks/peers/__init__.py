"""Other libraries, each in a virtual environment of its own, on our workload."""
