-- Read a board, a place and the statistics at one moment; nothing at all where the lease has run out or a part is gone.
-- KEYS: lease, order, members, cards, the order of all time, the order of today, state.
-- ARGV: viewer, first place or 'around', limit, then the scores of the tier (lowest, highest; empty: everyone) and of rank S.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return false
end
local order, limit = KEYS[2], tonumber(ARGV[3])
-- A Redis that is short of memory may have given up single keys; it counts the same as before only where it has not.
local sizes = redis.call('HMGET', KEYS[7], order, KEYS[5], KEYS[6])
local size, everyone, today = tonumber(sizes[1] or 0), tonumber(sizes[2] or -1), tonumber(sizes[3] or 0)
if
  redis.call('ZCARD', order) ~= size
  or redis.call('HLEN', KEYS[3]) ~= size
  or redis.call('ZCARD', KEYS[5]) ~= everyone
  or redis.call('ZCARD', KEYS[6]) ~= today
then
  return false
end
local base, total = 0, 0
if ARGV[4] == '' then
  total = size
else
  base = redis.call('ZCOUNT', order, '-inf', '(' .. ARGV[4])
  total = redis.call('ZCOUNT', order, ARGV[4], ARGV[5])
end
local place, own, ahead = 0, '', ''
local moment = redis.call('HGET', KEYS[3], ARGV[1])
if moment then
  local at = redis.call('ZRANK', order, moment .. ARGV[1])
  if not at then
    return false
  end
  place = at - base + 1
  if place < 1 or place > total then
    place = 0
  else
    own = redis.call('ZSCORE', order, moment .. ARGV[1])
    if place > 1 then
      ahead = redis.call('ZRANGE', order, at - 1, at - 1, 'WITHSCORES')[2]
    end
  end
end
local first, last = 1, 0
if ARGV[2] ~= 'around' then
  first = tonumber(ARGV[2])
  last = math.min(first + limit - 1, total)
elseif place > 0 then
  last = math.min(math.max(place - math.floor((limit - 1) / 2), 1) + limit - 1, total)
  first = math.max(last - limit + 1, 1)
end
local rows, cards = {}, {}
if first <= last then
  rows = redis.call('ZRANGE', order, base + first - 1, base + last - 1, 'WITHSCORES')
  local ids = {}
  for n = 1, #rows, 2 do
    ids[#ids + 1] = string.sub(rows[n], 9)
  end
  cards = redis.call('HMGET', KEYS[4], unpack(ids))
end
local s_rank = 0
if ARGV[6] ~= '' then
  s_rank = redis.call('ZCOUNT', KEYS[5], ARGV[6], ARGV[7])
end
return {total, place, own, ahead, first > last and 0 or first, rows, cards, everyone, today, s_rank}
