"""The doctor: eight checks of a store, by looking at it and by trying all in a throw-away one."""
