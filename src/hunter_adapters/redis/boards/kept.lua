-- The database had its new word after these were read from it: forget that they are fresh, but for who came again.
-- KEYS: state, fresh. ARGV: generation, then ids, each with the ticket after which it was read.
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then
  return 0
end
for place = 2, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[place]) == ARGV[place + 1] then
    redis.call('HINCRBY', KEYS[1], KEYS[2], -redis.call('HDEL', KEYS[2], ARGV[place]))
  end
end
return 1
