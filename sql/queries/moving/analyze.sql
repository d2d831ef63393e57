-- Gathers what the planner wants to know of the copy.
ANALYZE {target}
