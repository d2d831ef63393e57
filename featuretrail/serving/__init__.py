"""The served log as users meet it."""
