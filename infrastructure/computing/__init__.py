"""Computing features by rules: functions and expressions over what the store knows."""
