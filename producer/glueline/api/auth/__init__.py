"""Tokens and logins: authentication, authorization, rate limits and audit lines."""
