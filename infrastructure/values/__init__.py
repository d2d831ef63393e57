"""Values of features: reading what callers give, checking it, storing it, proving it."""
