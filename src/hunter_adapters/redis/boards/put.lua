-- Keep a hunter as they were read after ticket ARGV[2], unless a later reading was kept already.
-- Nothing is kept where a part was evicted: 0. How many members each key has is counted in the state, to be held against.
-- KEYS: state, applied, cards, fresh, then the order and the members of each window.
-- ARGV: generation, ticket, id, card (empty: on no board), 1 where a copy of the database may lack this,
-- then of each window: score (empty: none), moment, seconds to keep (0: ever).
local function count(key, change)
  if change ~= 0 then
    redis.call('HINCRBY', KEYS[1], key, change)
  end
end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then
  return 0
end
-- Without it an older reading could take the place of this one.
if tonumber(redis.call('HGET', KEYS[1], KEYS[2]) or 0) ~= redis.call('HLEN', KEYS[2]) then
  return 0
end
local id = ARGV[3]
local applied = redis.call('HGET', KEYS[2], id)
if applied and tonumber(applied) > tonumber(ARGV[2]) then
  return 1
end
count(KEYS[2], redis.call('HSET', KEYS[2], id, ARGV[2]))
if ARGV[5] == '1' then
  count(KEYS[4], redis.call('HSET', KEYS[4], id, ARGV[2]))
end
if ARGV[4] == '' then
  count(KEYS[3], -redis.call('HDEL', KEYS[3], id))
else
  count(KEYS[3], redis.call('HSET', KEYS[3], id, ARGV[4]))
end
local window = 5
for place = 6, #ARGV, 3 do
  local order, members = KEYS[window], KEYS[window + 1]
  local score, moment, seconds = ARGV[place], ARGV[place + 1], ARGV[place + 2]
  window = window + 2
  local before = redis.call('HGET', members, id)
  if before and (score == '' or before ~= moment) then
    redis.call('ZREM', order, before .. id)
  end
  if score == '' then
    if before then
      count(order, -redis.call('HDEL', members, id))
    end
  else
    count(order, redis.call('HSET', members, id, moment))
    redis.call('ZADD', order, score, moment .. id)
    if seconds ~= '0' and not before then
      redis.call('EXPIRE', order, seconds)
      redis.call('EXPIRE', members, seconds)
    end
  end
end
return 1
