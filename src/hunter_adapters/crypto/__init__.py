"""Secrets: password hashes by bcrypt, access tokens by PyJWT, refresh tokens by keyed hashes."""
