"""What features cost: scores, summaries, regressions from version to version, hints."""
