-- Fits the chunks of every group to the rows that arrive.
CALL featuretrail.tune_values();
