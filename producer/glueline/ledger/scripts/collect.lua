-- Move messages with a priority to the end of the queue: Celery's clients put them into separate
-- lists, which workers do not read. One by one, so that each message is always in a list.
--
-- KEYS  1 the queue's list  2… lists of messages with a priority
-- ARGV  1 how many messages at the most
-- Returns how many were moved

local room, moved = tonumber(ARGV[1]), 0
for i = 2, #KEYS do
  if redis.call('TYPE', KEYS[i]).ok == 'list' then
    while moved < room and redis.call('LMOVE', KEYS[i], KEYS[1], 'RIGHT', 'LEFT') do
      moved = moved + 1
    end
  end
end
return moved
