-- What only who makes the roles may give: the owner may make schemas, in which the read side is built
-- anew; and whoever writes, projects or audits reads the read side too.
GRANT CREATE ON DATABASE {database} TO {owner};
GRANT {reader} TO {writer}, {projector}, {auditor}
