-- Asks every address of a file once and records when each answer was whole. For wrk (https://github.com/wg/wrk) with as
-- many threads as connections: each thread has one connection, so that its answers come in the order of its requests.
-- Arguments: the file, one path a line, and the number of threads. Times are those of the monotonic clock: what wrk
-- reports itself is corrected for requests that it would have liked to send, and sums up.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } moment_t;
  int clock_gettime(int clock, moment_t *moment);
]]
local moment = ffi.new("moment_t")

local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanoseconds) / 1e3
end

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  local step, line = tonumber(arguments[2]), 0
  requests, times, refused, asked = {}, {}, 0, 0
  for path in io.lines(arguments[1]) do
    if line % step == number then table.insert(requests, wrk.format("GET", path)) end
    line = line + 1
  end
end

function request()
  if number == 0 and not verified then
    verified = true  -- wrk looks at one request before it begins, and sends nothing
    return requests[1]
  end
  if asked == #requests then
    wrk.thread:stop()  -- what is returned now is sent, and its answer not waited for
    return requests[asked] or wrk.format("GET", "/health")
  end
  asked = asked + 1
  started = now()
  begun = begun or started
  return requests[asked]
end

function response(status, headers, body)
  ended = now()
  if status ~= 200 then refused = refused + 1 end
  table.insert(times, string.format("%.1f", ended - started))
end

function done(summary, latency, requests)
  local parts = {}
  for _, thread in ipairs(threads) do
    table.insert(parts, string.format(
      '{"begun":%.1f,"ended":%.1f,"refused":%d,"times_us":[%s]}',
      thread:get("begun") or 0, thread:get("ended") or 0, thread:get("refused"), table.concat(thread:get("times"), ",")))
  end
  local lost = summary.errors
  print(string.format(
    '\nraw: {"connect":%d,"read":%d,"write":%d,"timeout":%d,"threads":[%s]}',
    lost.connect, lost.read, lost.write, lost.timeout, table.concat(parts, ",")))
end
