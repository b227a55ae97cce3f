'use strict';
// A provider that speaks Twilio's interface. Signatures are made by Twilio's own
// library, and calls are followed as a phone would hear them.
const twilio = require('twilio');
const { SaxesParser } = require('saxes');
const { tell, listen, body, answer, server } = require('./common.js');

const options = JSON.parse(process.argv[2]);
const state = { replies: [], last: 0, early: '', keys: [] };

const expectedAuth = 'Basic ' + Buffer.from(options.account + ':' + options.token).toString('base64');

function handle(req, res) {
  body(req, (raw) => {
    const path = req.url.split('/');
    const form = Object.fromEntries(new URLSearchParams(raw));
    if (req.headers.authorization !== expectedAuth) {
      answer(res, 401, { code: 20003, message: 'Authenticate', status: 401 });
      return;
    }
    if (req.method === 'GET' && req.url === '/2010-04-01/Accounts/' + options.account + '.json') {
      tell({ event: 'asked' });
      answer(res, 200, { sid: options.account, status: 'active' });
      return;
    }
    if (req.method !== 'POST' || path[1] !== '2010-04-01' || path[2] !== 'Accounts' || path[3] !== options.account) {
      answer(res, 404, { code: 20404, message: 'The requested resource was not found', status: 404 });
      return;
    }
    const what = path[4];
    const told = state.replies.shift();
    if (told) {
      tell({ event: 'refused', what, status: told.status });
      answer(res, told.status, told.body, told.headers);
      return;
    }
    const sid = (what === 'Calls.json' ? 'CA' : 'SM') + String(++state.last).padStart(32, '0');
    tell({ event: 'taken', what, sid, form });
    const reply = () => answer(res, 201, { sid, status: 'queued', error_code: null, to: form.To });
    if (state.early) {
      report(form.StatusCallback, { MessageSid: sid, MessageStatus: state.early, To: form.To }, {}, () => setTimeout(reply, 150));
      return;
    }
    reply();
    if (what === 'Calls.json' && state.keys.length) call(sid, form, state.keys.slice());
  });
}

// report calls back as the provider does; extra.forged changes what is signed.
function report(url, params, extra, then) {
  params = Object.assign({ AccountSid: options.account, ApiVersion: '2010-04-01' }, params);
  const signature = twilio.getExpectedTwilioSignature(extra.token || options.token, extra.signedURL || url, extra.signedParams || params);
  post(url, new URLSearchParams(params).toString(), { 'X-Twilio-Signature': extra.signature === undefined ? signature : extra.signature }, (status, type, text) => {
    tell({ event: 'report-answered', status });
    if (then) then(status, type, text);
  });
}

function post(url, data, headers, then) {
  const u = new URL(url);
  const req = require(u.protocol === 'https:' ? 'https' : 'http').request(u, {
    method: 'POST', rejectUnauthorized: false,
    headers: Object.assign({ 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(data) }, headers),
  }, (res) => {
    const parts = [];
    res.on('data', (d) => parts.push(d));
    res.on('end', () => then(res.statusCode, res.headers['content-type'], Buffer.concat(parts).toString('utf8')));
  });
  req.on('error', (e) => then(0, '', String(e)));
  req.end(data);
}

// steps reads TwiML strictly and lists what happens, in order.
function steps(xml) {
  const out = [];
  const parser = new SaxesParser();
  parser.on('error', (e) => { throw e; });
  parser.on('opentag', (t) => out.push({ name: t.name, attributes: t.attributes, text: '' }));
  parser.on('text', (t) => { if (out.length) out[out.length - 1].text += t; });
  parser.write(xml).close();
  return out;
}

// call lets somebody hear a call and press keys; '' is nobody, an answerphone.
function call(sid, form, keys) {
  const heard = [];
  const next = (xml) => {
    const list = steps(xml);
    for (const s of list) if (s.name === 'Say') heard.push({ language: s.attributes.language, text: s.text });
    const gather = list.find((s) => s.name === 'Gather');
    const key = keys.shift();
    if (!gather || !key) {
      tell({ event: 'call-ended', sid, heard });
      report(form.StatusCallback, { CallSid: sid, CallStatus: 'completed', CallDuration: '17', To: form.To }, {});
      return;
    }
    const params = { AccountSid: options.account, CallSid: sid, CallStatus: 'in-progress', Digits: key, To: form.To };
    const signature = twilio.getExpectedTwilioSignature(options.token, gather.attributes.action, params);
    tell({ event: 'key', action: gather.attributes.action, key });
    post(gather.attributes.action, new URLSearchParams(params).toString(), { 'X-Twilio-Signature': signature }, (status, type, text) => {
      if (status === 200 && type === 'text/xml') { next(text); return; }
      tell({ event: 'call-broke', status, type });
    });
  };
  next(form.Twiml);
}

server(options, handle);

listen({
  // replies: the next requests get these answers
  replies: (o) => { state.replies = o.replies; tell({ event: 'ok' }); },
  early: (o) => { state.early = o.status; tell({ event: 'ok' }); },
  keys: (o) => { state.keys = o.keys || []; tell({ event: 'ok' }); },
  report: (o) => report(o.url, o.params, o.extra || {}),
  raw: (o) => post(o.url, o.body, o.headers, (status) => tell({ event: 'raw-answered', status })),
  // official: what Twilio's own library would have sent
  official: (o) => {
    const client = twilio(options.account, options.token, { httpClient: {
      request: (r) => {
        tell({ event: 'official', method: r.method, path: new URL(r.uri).pathname, form: r.data, user: r.username, password: r.password });
        return Promise.resolve({ statusCode: 201, body: {} });
      },
    } });
    client[o.what].create(o.params).catch(() => {});
  },
  // twiml: what Twilio's own library makes of the same words
  twiml: (o) => {
    const v = new twilio.twiml.VoiceResponse();
    const g = v.gather(o.gather);
    g.pause({ length: 1 });
    g.say({ language: o.language }, o.prompt);
    g.pause({ length: 4 });
    g.say({ language: o.language }, o.prompt);
    v.hangup();
    tell({ event: 'twiml', steps: steps(v.toString()), theirs: steps(o.xml) });
  },
  segments: (o) => {
    const { SegmentedMessage } = require('sms-segments-calculator');
    tell({ event: 'segments', list: o.texts.map((t) => {
      const m = new SegmentedMessage(t);
      return { count: m.segmentsCount, encoding: m.encodingName };
    }) });
  },
});
