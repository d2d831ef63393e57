-- Which features does the read side know of?
SELECT DISTINCT m.feature_name
FROM featuretrail.feature_metadata AS m
WHERE m.metadata_type = 'schema'
ORDER BY m.feature_name;
