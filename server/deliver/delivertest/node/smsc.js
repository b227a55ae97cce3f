'use strict';
// A message centre, made of the npm package smpp.
const smpp = require('smpp');
const { tell, listen } = require('./common.js');

const options = JSON.parse(process.argv[2]);
const state = { refuse: [], receipt: null, silent: false, last: 0, sessions: new Set() };

function bind(session, pdu) {
  if (pdu.system_id !== options.user || pdu.password !== options.password) {
    session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
    tell({ event: 'bind-refused' });
    return;
  }
  state.sessions.add(session);
  session.send(pdu.response({ system_id: 'peer' }));
  tell({ event: 'bound', version: pdu.interface_version, type: pdu.system_type });
}

function submit(session, pdu) {
  if (state.silent) {
    tell({ event: 'ignored' });
    return;
  }
  const status = state.refuse.shift() || 0;
  if (status) {
    session.send(pdu.response({ command_status: status }));
    tell({ event: 'refused', status });
    return;
  }
  const id = 'm' + ++state.last + (options.mark || '');
  const text = pdu.short_message.message;
  tell({
    event: 'submit', id, to: pdu.destination_addr, from: pdu.source_addr, ton: [pdu.source_addr_ton, pdu.dest_addr_ton],
    npi: [pdu.source_addr_npi, pdu.dest_addr_npi], text: Buffer.isBuffer(text) ? text.toString('hex') : text,
    udh: pdu.short_message.udh ? Buffer.concat([].concat(pdu.short_message.udh).map((b) => Buffer.from(b))).toString('hex') : '',
    coding: pdu.data_coding, esm: pdu.esm_class, registered: pdu.registered_delivery, validity: String(pdu.validity_period),
  });
  if (state.receipt && state.receipt.before) receipt(session, id, pdu, state.receipt);
  session.send(pdu.response({ message_id: id }));
  if (state.receipt && !state.receipt.before) receipt(session, id, pdu, state.receipt);
}

function receipt(session, id, pdu, r) {
  const text = `id:${id} sub:001 dlvrd:${r.state === 'DELIVRD' ? '001' : '000'} submit date:2611221409 done date:2611221410 ` +
    `stat:${r.state} err:${r.error || '000'} text:${'482362 is your '.slice(0, 15)}`;
  const message = {
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: text,
  };
  if (r.tlv) {
    message.short_message = '';
    message.receipted_message_id = id;
    message.message_state = smpp.MESSAGE_STATE[r.tlv];
  }
  session.deliver_sm(message, (response) => tell({ event: 'receipt-answered', status: response.command_status }));
}

const server = smpp.createServer(options.cert ? { cert: options.cert, key: options.key } : {}, (session) => {
  session.on('error', () => {});
  session.on('close', () => {
    state.sessions.delete(session);
    tell({ event: 'closed' });
  });
  session.on('bind_transceiver', (pdu) => bind(session, pdu));
  session.on('submit_sm', (pdu) => submit(session, pdu));
  session.on('enquire_link', (pdu) => {
    tell({ event: 'enquired' });
    if (!state.silent) session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    tell({ event: 'unbound' });
    session.close();
  });
});
server.listen(0, '127.0.0.1', () => tell({ event: 'listening', port: server.address().port }));

listen({
  // refuse: the next messages get these statuses
  refuse: (o) => { state.refuse = o.statuses; tell({ event: 'ok' }); },
  // receipts: what every further message comes to
  receipts: (o) => { state.receipt = o.receipt; tell({ event: 'ok' }); },
  silent: (o) => { state.silent = o.silent; tell({ event: 'ok' }); },
  drop: () => { for (const s of state.sessions) s.destroy(); tell({ event: 'ok' }); },
  leave: () => { for (const s of state.sessions) s.unbind(); tell({ event: 'ok' }); },
  // report: a receipt for an earlier message
  report: (o) => {
    const [session] = state.sessions;
    receipt(session, o.id, { destination_addr: '84901234567', source_addr: 'Holdfast' }, o.receipt);
  },
  // write: an answer of a person's
  write: (o) => {
    const [session] = state.sessions;
    session.deliver_sm({ source_addr: '84901234567', destination_addr: '1', esm_class: 0, short_message: o.text },
      (response) => tell({ event: 'write-answered', status: response.command_status }));
  },
  enquire: () => {
    const [session] = state.sessions;
    session.enquire_link((response) => tell({ event: 'enquire-answered', status: response.command_status }));
  },
  strange: () => {
    const [session] = state.sessions;
    session.query_sm({ message_id: 'm1' }, (response) => tell({ event: 'strange-answered', command: response.command, status: response.command_status }));
  },
});
