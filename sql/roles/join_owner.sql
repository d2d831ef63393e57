-- Makes this session's user a member of the owner, to hand things over to it.
GRANT {owner} TO CURRENT_USER
