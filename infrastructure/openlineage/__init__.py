"""OpenLineage: runs as events of its specification, written or sent.

Only modules that are imported for it import the client's library, which the extra ``openlineage``
brings.
"""
