"""Quality and drift: what is measured of features, what it amounts to, and what is said of it."""
