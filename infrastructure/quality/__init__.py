"""Quality and drift: reading the values that are judged, and what was said of them before."""
