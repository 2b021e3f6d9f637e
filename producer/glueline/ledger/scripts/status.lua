-- KEYS  the bases of runs
-- ARGV  1 'short' without the requests, which may be long: their summary stands beside them
-- Returns for each {open units, field, value, …}, or false where there is no such run

local function fields_of(base)
  if not is_known(base) then return false end
  local fields = {redis.call('ZCARD', base .. ':open')}
  for _, name in ipairs(redis.call('HKEYS', base)) do
    if not (ARGV[1] == 'short' and name == 'request'
      and redis.call('HEXISTS', base, 'summary') == 1) then
      fields[#fields + 1] = name
      fields[#fields + 1] = redis.call('HGET', base, name)
    end
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
