-- One vote as the other servers keep it: heard before? within the budget? written and logged.
-- KEYS: marks, heard, log. ARGV: command id, person, option, dots, budget, the command as it came.
local first = redis.call('HGET', KEYS[2], ARGV[1])
if first then
  return tonumber(first)
end
local mark = ARGV[2] .. ':' .. ARGV[3]
local before = tonumber(redis.call('HGET', KEYS[1], mark) or '0')
local spent = tonumber(redis.call('HGET', KEYS[1], ARGV[2]) or '0') - before + tonumber(ARGV[4])
if spent > tonumber(ARGV[5]) then
  return -1
end
redis.call('HSET', KEYS[1], mark, ARGV[4], ARGV[2], spent)
redis.call('XADD', KEYS[3], '*', 'p', ARGV[6])
local version = redis.call('XLEN', KEYS[3])
redis.call('HSET', KEYS[2], ARGV[1], version)
return version
