-- KEYS  the bases of runs
-- Returns for each {open units, field, value, …}, or false where there is no such run

local answers = {}
for i, base in ipairs(KEYS) do
  local fields = redis.call('HGETALL', base)
  if #fields == 0 then
    answers[i] = false
  else
    table.insert(fields, 1, redis.call('ZCARD', base .. ':open'))
    answers[i] = fields
  end
end
return answers
