-- Lets the rest of the transaction find bare names in one schema.
SET LOCAL search_path = {schema};
