-- Makes writers of a table wait; readers go on.
LOCK TABLE ONLY {source} IN SHARE ROW EXCLUSIVE MODE
