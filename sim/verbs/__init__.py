"""What the command does: one file a verb, from a configuration to files and one JSON document."""
