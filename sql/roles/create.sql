-- Makes a group role that nobody can log in as.
CREATE ROLE {role} NOLOGIN
