"""Queries: tables in FROM, scopes, and the columns that a SELECT yields."""
