-- TimescaleDB's Community edition runs the policies of a table as its owner, which must be one that may
-- log in. It gets no password.
ALTER ROLE {owner} LOGIN
