"""The server: uvicorn with an end to everything, in one process or several, and how it ends."""
