"""``python -m featuretrail``: the command line."""

from featuretrail.cli import main

main()
