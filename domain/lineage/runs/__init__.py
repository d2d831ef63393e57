"""Runs: what happened, told as jobs that read some data and write other."""
