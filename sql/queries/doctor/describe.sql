-- Say in the database what it is, for whoever finds it.
COMMENT ON DATABASE {name} IS 'Made by featuretrail doctor, which drops it when it ends; the next one drops it if that was killed.'
