#!/usr/bin/env bash
# The two usual clients of server-sent events each give up for good where the other goes on.
#
# What one would expect: a client of server-sent events comes back by itself, with Last-Event-ID, whatever ended the stream: a server that is restarted ends open
# streams, and what stands before it answers 502 or 503 until it is back. What nobody mends by waiting, such as a token that was withdrawn, ends the client.
#
# What happens: 'eventsource' (the standard's interface for Node) comes back after an end, as the standard says, and stops for ever at the first answer that is not
# 200, a 503 included. '@microsoft/fetch-event-source' does the opposite of both: a stream that the server ends in order counts as done and is not asked for again,
# while 503 and 401 alike are asked again every second without end.
#
# What it means: one rolling restart is enough to leave subscribers of either kind standing without an error that anybody reads. With 'eventsource' make a new one in
# 'error' when readyState is CLOSED and the code is 502, 503 or 504; with 'fetch-event-source' throw in onclose, to come back, and throw a final error in onopen for 401
# and 403. Servers: do not answer 503 to a stream's client for what passes in seconds, and expect refused clients once a second.
#
# Versions: eventsource 4.1.1, @microsoft/fetch-event-source 2.0.1. Needs Node 20 and the npm registry.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund eventsource@4.1.1 @microsoft/fetch-event-source@2.0.1

cat > clients.mjs <<'JS'
import { createServer } from 'node:http';
import { EventSource } from 'eventsource';
import { createRequire } from 'node:module';

// the second client is written for browsers and asks for two of their globals
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = createRequire(import.meta.url)('@microsoft/fetch-event-source');

/** Answers one request after the other as the plan says, and keeps what was asked with which Last-Event-ID. */
async function serve(plan) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['last-event-id'] ?? 'from now');
    const status = plan[asked.length - 1] ?? 200;
    response.writeHead(status, { 'content-type': status === 200 ? 'text/event-stream' : 'text/plain' });
    response.end(status === 200 ? `retry: 50\nid: ${asked.length}\ndata: record\n\n` : 'no');
  });
  await new Promise(ready => server.listen(0, '127.0.0.1', ready));
  return { asked, url: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}

const one = await serve([200, 503]);
const source = new EventSource(one.url);
const end = await new Promise(done => source.addEventListener('error', error => {
  if (source.readyState === EventSource.CLOSED) done(error.code);
}));
console.log(`eventsource: asked ${one.asked.length} times (${one.asked.join(', ')}), closed for good at ${end}`);
one.close();

const two = await serve([503, 401, 200]);
let records = 0;
await fetchEventSource(two.url, { onmessage: () => records++ });
console.log(`fetch-event-source: asked ${two.asked.length} times (503, 401, 200), ${records} record, done when the server ended the stream`);
two.close();

const asFound = one.asked.join() === 'from now,1' && end === 503 && two.asked.length === 3 && records === 1;
process.exit(asFound ? 0 : 1);
JS
timeout 120 node clients.mjs || { echo "changed: the clients no longer do so"; exit 1; }
echo "as described: each gives up where the other goes on"
# seen on 2026-11-30:
#   eventsource: asked 2 times (from now, 1), closed for good at 503
#   fetch-event-source: asked 3 times (503, 401, 200), 1 record, done when the server ended the stream
