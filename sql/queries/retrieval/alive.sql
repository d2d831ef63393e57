-- Does a kept connection still answer?
SELECT 1
