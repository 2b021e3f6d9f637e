-- Return the running run of a scope.
--
-- KEYS  1 scope
-- Returns its id, or false

local base = redis.call('GET', KEYS[1])
if not base or redis.call('HGET', base, 'state') ~= 'running' then return false end
return string.match(base, '[^:]+$')
