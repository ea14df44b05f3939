"""An `oathtool` that goes by the clock of the walk: as much of it as the documentation uses."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pyotp


def main() -> None:
    """Print the code of the secret in base 32: `oathtool --totp -b SECRET`."""
    *options, secret = sys.argv[1:]
    if sorted(options) != ["--totp", "-b"]:
        raise SystemExit("the walks know `oathtool --totp -b SECRET`")
    instant, set_at = Path(os.environ["WALK_CLOCK"]).read_text().split()
    now = datetime.fromisoformat(instant) + timedelta(seconds=time.time() - float(set_at))
    print(pyotp.TOTP(secret).at(now))


if __name__ == "__main__":
    main()
