-- Makes text arrive in UTF-8, whatever the environment of this process asks for.
SET LOCAL client_encoding = 'UTF8';
