"""Other systems that hold the same values, and what was recorded of comparing with them."""
