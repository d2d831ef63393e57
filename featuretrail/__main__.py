"""``python -m featuretrail``: the command line."""

from featuretrail.cli import main

if __name__ == "__main__":
    main()
