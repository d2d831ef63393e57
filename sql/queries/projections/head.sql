-- Where does the log end?
SELECT h.position
FROM featuretrail.log_head AS h;
