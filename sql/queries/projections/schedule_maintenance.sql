-- Which job of TimescaleDB applies retention by itself? It is made where it can be.
SELECT featuretrail.schedule_maintenance();
