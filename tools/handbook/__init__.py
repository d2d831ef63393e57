"""The handbook: the site of ``docs/``, with a reference made of the docstrings."""
