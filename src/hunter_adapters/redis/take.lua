-- One request of a bucket: the steps of hunter_core.limits.window.Window.take, all at once.
-- KEYS[1]: the moments at which requests passed, oldest first, in microseconds of the epoch.
-- ARGV: the moment of this one, how many pass, in how many microseconds.
-- Answers: whether it passed, how many more would, and after how many microseconds one more does.
local key, now, requests, span = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

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
  -- By a clock that lies behind it would be a little more than a window.
  return {0, 0, math.min(tonumber(redis.call('LINDEX', key, excess)) + span - now, span)}
end
redis.call('RPUSH', key, stamp)
redis.call('PEXPIRE', key, math.ceil((at - now + span) / 1000))
return {1, -excess - 1, math.min(tonumber(oldest or stamp) + span - now, span)}
