-- KEYS  the bases of runs
-- ARGV  1 'short' without the requests, which may be long: their summary stands beside them
-- Returns for each {open units, field, value, …}, or false where there is no such run

local function fields_of(base)
  if not is_known(base) then return false end
  local fields = {redis.call('ZCARD', base .. ':open')}
  if ARGV[1] ~= 'short' or redis.call('HEXISTS', base, 'summary') == 0 then
    for _, it in ipairs(redis.call('HGETALL', base)) do fields[#fields + 1] = it end
    return fields
  end
  local names = {}
  for _, name in ipairs(redis.call('HKEYS', base)) do
    if name ~= 'request' then names[#names + 1] = name end
  end
  for i, value in ipairs(redis.call('HMGET', base, unpack(names))) do
    fields[#fields + 1] = names[i]
    fields[#fields + 1] = value
  end
  return fields
end

local answers = {}
for i, base in ipairs(KEYS) do
  -- One with a damaged key must not hide the others.
  local answered, fields = pcall(fields_of, base)
  answers[i] = answered and fields
end
return answers
