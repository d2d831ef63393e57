-- Where does the log end, in the moment of the statement?
(
  SELECT h.position
  FROM featuretrail.log_head AS h
)
