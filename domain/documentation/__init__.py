"""Documentation of features: what is known of one, how good that is, what is missing, as text."""
