"""Archives of real platforms, read and written."""
