"""Jobs by RQ over Redis: a queue, and a worker with its scheduler and cron built in (SPEC 6)."""
