"""The yardstick: the rows of one completion, read and written by raw psycopg in a plain function, nothing decided."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg

SESSION = """
SELECT s.id, s.account_id, a.email, a.role, a.is_verified, a.is_active, s.created_at, s.expires_at, s.revoked_at
FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.id = %s"""
HUNTER = "SELECT * FROM hunters WHERE id = %s FOR NO KEY UPDATE"
FACTS = """
SELECT q.*,
  (SELECT count(*) FROM completions c WHERE c.quest_id = q.id AND c.local_day = %(day)s AND c.voided_at IS NULL),
  (SELECT c.id FROM completions c WHERE c.quest_id = q.id AND c.voided_at IS NULL ORDER BY c.local_day LIMIT 1),
  (SELECT json_agg(d) FROM daily_stats d WHERE d.hunter_id = q.hunter_id AND d.local_day >= coalesce(
     (SELECT b.local_day FROM daily_stats b WHERE b.hunter_id = q.hunter_id AND b.local_day < %(day)s
       AND b.completed > 0 ORDER BY b.local_day DESC LIMIT 1), %(day)s)),
  (SELECT string_agg(u.achievement_id::text, ',') FROM unlocks u
    WHERE u.hunter_id = q.hunter_id AND u.taken_back_at IS NULL),
  (SELECT max(x.seq) FROM xp_entries x WHERE x.hunter_id = q.hunter_id),
  (SELECT max(o.seq) FROM outbox o WHERE o.hunter_id = q.hunter_id),
  k.fingerprint, k.status, k.body, k.stored_at
FROM quests q LEFT JOIN idempotency_keys k ON k.account_id = q.hunter_id AND k.key = %(key)s
WHERE q.id = %(quest)s AND q.hunter_id = %(hunter)s"""
COMPLETION = """
INSERT INTO completions (id, hunter_id, quest_id, completed_at, local_day, recorded_at, difficulty, base_xp,
  difficulty_multiplier, streak_bonus, time_bonus, total_xp, strength, intelligence, constitution, dexterity,
  charisma, luck, time_spent, difficulty_override, notes, voided_at)
VALUES (%s, %s, %s, %s, %s, %s, 'NORMAL', 20, '1', 0, 0, 20, 1, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL)"""
ENTRY = """
INSERT INTO xp_entries (id, hunter_id, seq, kind, source_id, amount, strength, intelligence, constitution,
  dexterity, charisma, luck, local_day, recorded_at, rulebook, balance_after)
VALUES (%s, %s, %s, 'COMPLETION', %s, 20, 1, 0, 0, 0, 0, 0, %s, %s, 'faf52d6974c89b54', %s)"""
SAVE = """
UPDATE hunters SET name = %s, name_key = %s, avatar_style = %s, avatar_url = %s, is_active = %s, calendar = %s,
  total_xp = %s, level = %s, rank = %s, xp_reached_at = %s, streak = %s, max_streak = %s, freezes = %s,
  last_day = %s, strength = %s, intelligence = %s, constitution = %s, dexterity = %s, charisma = %s, luck = %s,
  completed_easy = %s, completed_normal = %s, completed_hard = %s, catalogue = %s, updated_at = %s
WHERE id = %s"""
DAY = """
INSERT INTO daily_stats (hunter_id, local_day, created, completed, xp, time_spent, streak, max_streak, freezes,
  strength, intelligence, constitution, dexterity, charisma, luck)
VALUES (%s, %s, 0, %s, %s, 0, 1, 1, 0, %s, 0, 0, 0, 0, 0)
ON CONFLICT (hunter_id, local_day) DO UPDATE SET created = excluded.created, completed = excluded.completed,
  xp = excluded.xp, time_spent = excluded.time_spent, streak = excluded.streak, max_streak = excluded.max_streak,
  freezes = excluded.freezes, strength = excluded.strength, intelligence = excluded.intelligence,
  constitution = excluded.constitution, dexterity = excluded.dexterity, charisma = excluded.charisma,
  luck = excluded.luck"""
KEY = """
INSERT INTO idempotency_keys (account_id, key, fingerprint, status, body, stored_at) VALUES (%s, %s, %s, 200, %s, %s)
ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
  body = excluded.body, stored_at = excluded.stored_at"""
BOARDS = """
INSERT INTO board_scores (hunter_id, window_name, xp, reached_at, is_shown)
VALUES (%(hunter)s, 'all', 20, %(now)s, true), (%(hunter)s, %(day)s, 20, %(now)s, true),
  (%(hunter)s, %(week)s, 20, %(now)s, true), (%(hunter)s, %(month)s, 20, %(now)s, true)
ON CONFLICT (hunter_id, window_name) DO UPDATE SET xp = board_scores.xp + excluded.xp,
  reached_at = excluded.reached_at"""
READS, WRITES = 3, 7

EVENT = {"questId": str(uuid.UUID(int=0)), "completionId": str(uuid.UUID(int=0)), "title": "Push-ups",
         "localDay": "2026-11-22", "xp": 20, "totalXP": 20}  # fmt: skip


class Plain:
    """Completes quests of one hunter, whose rows are all there, by a connection of its own."""

    def __init__(self, url: str, hunter_id: uuid.UUID, quest_ids: list[str], answer: bytes) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._hunter, self._quests, self._answer = hunter_id, [uuid.UUID(one) for one in quest_ids], answer
        found = self._connection.execute(
            "SELECT id FROM sessions WHERE account_id = %s", [hunter_id]
        ).fetchone()
        assert found is not None
        self._session = found[0]
        columns = self._connection.execute("SELECT * FROM outbox LIMIT 0").description
        self._outbox = [column.name for column in columns or ()]

    def complete(self, number: int) -> None:
        """Read and write what completion *number* reads and writes."""
        cursor = self._connection.cursor()
        now = datetime.now(UTC)
        day, key, completion = now.date(), uuid.uuid4().hex, uuid.uuid4()
        quest = self._quests[number % len(self._quests)]
        cursor.execute(SESSION, [self._session]).fetchone()
        cursor.execute("BEGIN")
        hunter = cursor.execute(HUNTER, [self._hunter]).fetchone()
        facts = cursor.execute(
            FACTS, {"day": day, "key": key, "quest": quest, "hunter": self._hunter}
        ).fetchone()
        assert hunter is not None
        assert facts is not None
        seq, event = (facts[-6] or 0) + 1, (facts[-5] or 0) + 1
        total = hunter[7] + 20
        cursor.execute(COMPLETION, [completion, self._hunter, quest, now, day, now])
        cursor.execute(ENTRY, [completion, self._hunter, seq, completion, day, now, total])
        changed: list[Any] = [*hunter[1:25], now]
        changed[5] = json.dumps(changed[5])
        changed[6], changed[13] = total, day
        cursor.execute(SAVE, [*changed, self._hunter])
        cursor.execute(DAY, [self._hunter, day, seq, 20 * seq, seq])
        year, week, _ = day.isocalendar()
        windows = {"day": day.isoformat(), "week": f"{year}-W{week:02}", "month": f"{day:%Y-%m}"}
        cursor.execute(BOARDS, {"hunter": self._hunter, "now": now, **windows})
        self._tell(cursor, event, now)
        cursor.execute(KEY, [self._hunter, key, "0" * 64, self._answer, now])
        cursor.execute("COMMIT")

    def _tell(self, cursor: psycopg.Cursor[Any], seq: int, now: datetime) -> None:
        row = {"id": uuid.uuid4(), "hunter_id": self._hunter, "seq": seq, "type": "quest.completed", "at": now,
               "data": json.dumps(EVENT)}  # fmt: skip
        names = [name for name in self._outbox if name in row]
        marks = ", ".join(["%s"] * len(names))
        cursor.execute(
            f"INSERT INTO outbox ({', '.join(names)}) VALUES ({marks})",
            [row[name] for name in names],
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
