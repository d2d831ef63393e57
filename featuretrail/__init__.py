"""featuretrail: an event-sourced feature store on PostgreSQL and TimescaleDB."""
