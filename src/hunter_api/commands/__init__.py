"""What the sub-commands of `hunter` do, a file each; `cli.py` and `admin.py` say how they are called."""
