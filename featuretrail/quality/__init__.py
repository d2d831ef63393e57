"""Quality and drift of features: ``store.quality``."""
