-- Sends bodies from a file, one a line, and tells what came of it as one line of JSON.
--   wrk … -s drive.lua ADDRESS -- HEAD BODIES once|again PAUSE
-- HEAD is a file with the head of a request up to the length of its body. `once` sends each body at most once and then says
-- `sent`, upon which wrk, which would wait for the end of its time, is to be interrupted; `again` begins anew. PAUSE is the
-- mean pause of a connection before each request, milliseconds; 0 for none.

local thread
function setup(started)
  thread = started
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  head = file:read("*a")
  file:close()
  bodies = {}
  for line in io.lines(arguments[2]) do
    bodies[#bodies + 1] = line
  end
  once = arguments[3] == "once"
  sent = 0
  local pause = tonumber(arguments[4])
  if pause > 0 then
    math.randomseed(1)
    -- Exponential, so that requests come as from many who know nothing of each other; wrk takes whole milliseconds.
    function delay()
      return math.floor(-pause * math.log(1 - math.random()) + math.random())
    end
  end
end

function request()
  if once and sent + 1 == #bodies then
    io.write("sent\n")
    io.flush()
    wrk.thread:stop()
  end
  local body = bodies[sent % #bodies + 1]
  sent = sent + 1
  return head .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local errors = summary.errors
  local line = '{"requests":%d,"seconds":%f,"bytes":%d,"refused":%d,"broken":%d,"p50":%f,"p99":%f}\n'
  io.write("\n", line:format(summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
