-- Keep a hunter as they were read after ticket ARGV[2], unless a later reading was kept already.
-- KEYS: generation, applied, cards, then the order and the members of each window.
-- ARGV: generation, ticket, id, card (empty: on no board), then of each window: score (empty: none), moment, seconds to keep (0: ever).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local id = ARGV[3]
local applied = redis.call('HGET', KEYS[2], id)
if applied and tonumber(applied) > tonumber(ARGV[2]) then
  return 1
end
redis.call('HSET', KEYS[2], id, ARGV[2])
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[3], id)
else
  redis.call('HSET', KEYS[3], id, ARGV[4])
end
local window = 4
for place = 5, #ARGV, 3 do
  local order, members = KEYS[window], KEYS[window + 1]
  local score, moment, seconds = ARGV[place], ARGV[place + 1], ARGV[place + 2]
  window = window + 2
  local before = redis.call('HGET', members, id)
  if before and (score == '' or before ~= moment) then
    redis.call('ZREM', order, before .. id)
  end
  if score == '' then
    if before then
      redis.call('HDEL', members, id)
    end
  else
    redis.call('HSET', members, id, moment)
    redis.call('ZADD', order, score, moment .. id)
    if seconds ~= '0' and not before then
      redis.call('EXPIRE', order, seconds)
      redis.call('EXPIRE', members, seconds)
    end
  end
end
return 1
