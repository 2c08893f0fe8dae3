-- What wrk has counted, as one line of JSON; latencies in microseconds, as wrk has them.
function done(summary, latency, requests)
  local errors = summary.errors
  local faults = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"faults":%d,"status":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    faults, errors.status))
end
