"""Documentation: of one feature as a record, of all as a site."""
