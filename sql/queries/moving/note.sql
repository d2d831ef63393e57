-- Notes how far the copy has come.
COMMENT ON TABLE {target} IS {state}
