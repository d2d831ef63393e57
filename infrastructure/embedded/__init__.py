"""A local PostgreSQL server owned by the working folder."""
