-- Change fields of the state, where others are as they were seen: 1, else nothing: 0.
-- KEYS: state. ARGV: how many fields are held against it, each with its value, then those that change, each with its value.
-- An empty value stands for a field that is not there.
local first = 2 + 2 * tonumber(ARGV[1])
for place = 2, first - 1, 2 do
  if (redis.call('HGET', KEYS[1], ARGV[place]) or '') ~= ARGV[place + 1] then
    return 0
  end
end
for place = first, #ARGV, 2 do
  if ARGV[place + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[place])
  else
    redis.call('HSET', KEYS[1], ARGV[place], ARGV[place + 1])
  end
end
return 1
