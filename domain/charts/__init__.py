"""Charts of quality and drift as text: SVG for pages, lines of characters for terminals."""
