"""The ground every room stands on: tables, keyed noise, delays, parameters, store, provenance, errors."""
