-- One request of a bucket: the steps of hunter_core.limits.window.Window.take, all at once.
-- KEYS[1]: the moments at which requests passed, oldest first, in microseconds of the epoch.
-- ARGV: the moment of this one, how many pass, in how many microseconds.
-- Answers: whether it passed, how many more would, after how many microseconds one more does, and whether something
-- else lay under the key, which is deleted: it would have no end.
local key, now, requests, span = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

-- Drops what is over; returns as of when this one counts, how many are too many, and the moment to wait for.
local function look()
  -- Microseconds of the epoch are below 2^53, so a double holds them exactly.
  local at, stamp = now, ARGV[1]
  local newest = redis.call('LINDEX', key, -1)
  if newest then
    if tonumber(newest) > now + span then
      redis.call('DEL', key)
    elseif tonumber(newest) > now then
      at, stamp = tonumber(newest), newest
    end
  end

  local oldest = redis.call('LINDEX', key, 0)
  while oldest and tonumber(oldest) <= at - span do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end

  local excess = redis.call('LLEN', key) - requests
  if excess >= 0 then
    oldest = redis.call('LINDEX', key, excess)
  end
  return at, stamp, excess, tonumber(oldest or stamp) + span - now
end

local foreign = 0
local is_ours, at, stamp, excess, wait = pcall(look)
if not is_ours then
  foreign = 1
  redis.call('DEL', key)
  at, stamp, excess, wait = look()
end
-- By a clock that lies behind it would be a little more than a window.
wait = math.min(wait, span)
if excess >= 0 then
  return {0, 0, wait, foreign}
end
redis.call('RPUSH', key, stamp)
redis.call('PEXPIRE', key, math.ceil((at - now + span) / 1000))
return {1, -excess - 1, wait, foreign}
