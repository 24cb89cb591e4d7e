"""The only room that meets the outside: archives in and out, connectors, replay."""
