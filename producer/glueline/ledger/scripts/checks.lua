-- KEYS  for each source: its report, its request
-- Returns for each source {report or false, 1 when a check is wanted}

local answers = {}
for i = 1, #KEYS, 2 do
  answers[#answers + 1] = {redis.call('GET', KEYS[i]), redis.call('EXISTS', KEYS[i + 1])}
end
return answers
