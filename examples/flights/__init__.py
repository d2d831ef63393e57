"""The 2013 flights out of New York: data, features and the story that `make demo` tells."""
