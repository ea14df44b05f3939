"""Settings become adapters, in this room and nowhere else (DESIGN 1)."""

from hunter_api.wiring.accounts import open_security_log
from hunter_api.wiring.database import check_there_is_a_file, make_data_dir
from hunter_api.wiring.opening import open_world
from hunter_api.wiring.world import World

__all__ = ["World", "check_there_is_a_file", "make_data_dir", "open_security_log", "open_world"]
