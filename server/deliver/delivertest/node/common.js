'use strict';
// What all peers share: they tell what happened as lines of JSON on standard
// output, and are told what to do by lines of JSON on standard input.

function tell(event) {
  process.stdout.write(JSON.stringify(event) + '\n');
}

function listen(handlers) {
  const lines = require('readline').createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const order = JSON.parse(line);
    handlers[order.do](order);
  });
  lines.on('close', () => process.exit(0));
}

function body(req, then) {
  const parts = [];
  req.on('data', (d) => parts.push(d));
  req.on('end', () => then(Buffer.concat(parts).toString('utf8')));
}

function answer(res, status, json, headers) {
  res.writeHead(status, Object.assign({ 'Content-Type': 'application/json' }, headers));
  res.end(json === undefined ? '' : JSON.stringify(json));
}

// server starts an HTTP or, with a certificate, an HTTPS server on a free port.
function server(options, handle) {
  const s = options.cert
    ? require('https').createServer({ cert: options.cert, key: options.key }, handle)
    : require('http').createServer(handle);
  s.listen(0, '127.0.0.1', () => tell({ event: 'listening', port: s.address().port }));
}

module.exports = { tell, listen, body, answer, server };
