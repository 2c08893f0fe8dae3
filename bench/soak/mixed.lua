-- Requests of many kinds in a fixed order; the answers are counted by their status and given as one line of JSON.
local kinds = {
  { 'GET', '/openstack/latest/meta_data.json' },
  { 'GET', '/openstack/latest/network_data.json' },
  { 'GET', '/openstack/latest/user_data' },
  { 'GET', '/openstack/latest/vendor_data.json' },
  { 'GET', '/openstack/2012-08-10/meta_data.json' },
  { 'GET', '/openstack' },
  { 'GET', '/openstack/latest/nothing' },
  { 'GET', '/' },
  { 'GET', '/latest/meta-data/' },
  { 'GET', '/latest/meta-data/local-ipv4' },
  { 'GET', '/2009-04-04/meta-data/public-keys/0/openssh-key' },
  { 'GET', '/1.0/meta-data/../user-data?x=%41' },
  { 'POST', '/openstack/latest/meta_data.json', string.rep('x', 3000) },
  { 'PUT', '/latest/meta-data/hostname', 'x' },
  { 'DELETE', '/openstack/latest/password' },
  { 'GET', '/openstack/latest/password' },
}

local threads = {}
local position = 0
local prepared = {}
counts = ''
local statuses = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for index, kind in ipairs(kinds) do
    prepared[index] = wrk.format(kind[1], kind[2], nil, kind[3])
  end
end

function request()
  position = position % #prepared + 1
  return prepared[position]
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
  -- What the main thread can read is a text or a number.
  if statuses[status] == 1 then
    counts = counts .. (counts == '' and '' or ',') .. status
  end
  _G['status' .. status] = statuses[status]
end

function done(summary, latency)
  local parts = {}
  for _, thread in ipairs(threads) do
    for status in string.gmatch(thread:get('counts'), '%d+') do
      table.insert(parts, string.format('"%s":%d', status, thread:get('status' .. status)))
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"faults":%d,"p99":%d,"kinds":%d,"statuses":{%s}}\n',
    summary.requests, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(99), #kinds, table.concat(parts, ',')))
end
