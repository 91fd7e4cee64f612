// check.mjs DOCUMENT...: AsyncAPI's own parser takes every document, and finds nothing in it to complain about.

import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const parser = new Parser();
// That there is a newer version of the standard.
const notOurs = ['asyncapi-latest-version'];

const problems = [];
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, 'utf8'));
  const found = diagnostics.filter(({ code }) => !notOurs.includes(code));
  problems.push(...found.map(({ code, path, message }) => `${file}: ${path.join('/')}: ${message} (${code})`));
  if (document) {
    const channels = document.channels().all().map((channel) => channel.address());
    const messages = document.messages().all().length;
    console.log(`${document.info().title()}: ${messages} messages on ${channels.join(', ')}`);
    if (messages === 0) problems.push(`${file}: it has no message`);
  } else if (found.length === 0) {
    problems.push(`${file}: it is no AsyncAPI document`);
  }
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
