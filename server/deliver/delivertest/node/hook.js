'use strict';
// A program that takes signed webhooks, with the library of Standard Webhooks.
const { Webhook } = require('standardwebhooks');
const { tell, listen, body, answer, server } = require('./common.js');

const options = JSON.parse(process.argv[2]);
const hook = new Webhook(options.secret);
const state = { replies: [] };
if (options.clock) Date.now = () => options.clock; // a test's clock stands still

server(options, (req, res) => {
  body(req, (raw) => {
    try {
      hook.verify(raw, req.headers);
    } catch (e) {
      tell({ event: 'forged', error: String(e) });
      answer(res, 401, {});
      return;
    }
    const told = state.replies.shift();
    if (told) {
      tell({ event: 'refused', status: told.status });
      answer(res, told.status, told.body, told.headers);
      return;
    }
    tell({ event: 'taken', message: JSON.parse(raw), id: req.headers['webhook-id'] });
    answer(res, 202, { detail: 'thank you' });
  });
});

listen({
  clock: (o) => { Date.now = () => o.clock; tell({ event: 'ok' }); },
  replies: (o) => { state.replies = o.replies; tell({ event: 'ok' }); },
  // report: says what became of a message; forged changes the body after signing, more
  // adds to what is told
  report: (o) => {
    const at = new Date(Date.now() - 1000 * (o.age || 0));
    const data = JSON.stringify({ type: o.type, timestamp: at.toISOString(), data: { id: o.id, detail: o.detail, ...o.more } });
    const signer = o.secret ? new Webhook(o.secret) : hook;
    const u = new URL(o.url);
    const sent = o.forged ? data.replace(o.forged[0], o.forged[1]) : data;
    const req = require(u.protocol === 'https:' ? 'https' : 'http').request(u, {
      method: 'POST', rejectUnauthorized: false,
      headers: {
        'Content-Type': 'application/json', 'webhook-id': 'r_' + Date.now(),
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'Content-Length': Buffer.byteLength(sent),
      },
    }, (res) => { res.resume(); tell({ event: 'report-answered', status: res.statusCode }); });
    req.setHeader('webhook-signature', signer.sign(req.getHeader('webhook-id'), at, data));
    state.last = { url: u, headers: req.getHeaders(), sent };
    req.end(sent);
  },
  // replay: sends the last report once more, to the letter
  replay: () => {
    const { url, headers, sent } = state.last;
    require(url.protocol === 'https:' ? 'https' : 'http').request(url, { method: 'POST', rejectUnauthorized: false, headers }, (res) => {
      res.resume();
      tell({ event: 'report-answered', status: res.statusCode });
    }).end(sent);
  },
});
