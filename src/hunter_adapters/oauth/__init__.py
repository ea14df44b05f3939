"""Identity providers over HTTP: Google by OpenID Connect, GitHub by its own words (SPEC 5)."""
