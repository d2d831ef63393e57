-- May the server compile this transaction's statements? No: that takes longer than the probes.
SET LOCAL jit = off
