-- Read a board, a place and the statistics at one moment; nothing at all where they are not to be believed: made anew
-- by somebody, with a lease that has run out, on a server that was started again, or with a part gone.
-- KEYS: state, order, members, cards, the order of all time, the order of today.
-- ARGV: viewer, first place or 'around', limit, then the scores of the tier (lowest, highest; empty: everyone) and of rank S,
-- then what the reader has seen for itself: generation and run; and for how long a lease is given, in microseconds.
local order, limit = KEYS[2], tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'generation', 'lease', order, KEYS[5], KEYS[6])
if state[1] ~= ARGV[8] or not state[2] then
  return false
end
local now = redis.call('TIME')
local left = tonumber(state[2]) - now[1] * 1000000 - now[2]
if left <= 0 or left > tonumber(ARGV[10]) then
  return false
end
-- What comes back from a file holds a lease as well, but not the run of this server.
if not string.find(redis.call('INFO', 'server'), 'run_id:' .. ARGV[9], 1, true) then
  return false
end
-- A Redis that is short of memory may have given up single keys; it counts the same as before only where it has not.
local size, everyone, today = tonumber(state[3] or 0), tonumber(state[4] or -1), tonumber(state[5] or 0)
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
