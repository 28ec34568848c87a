import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { reportFailure } from '../../../src/cli/output';
import { ProgressBar } from '../../../src/cli/progressBar';
import { printTable } from '../../../src/cli/table';
import {
  commanderOutput,
  drawLine,
  print,
  printJson,
  tell,
  TextBar,
} from '../../../src/cli/terminal';
import { RpcError } from '../../../src/shared/rpc';
import { CI_COMMAND, HOSTILE_TEXTS, UNSEEN } from '../hostileTexts';

/** What the program itself sends to a terminal: cursor, colours and the end of a line. */
const OWN = /\u001b\[[\d;?]*[A-Za-z]|\u001b[78]|\r|\n/g;

/** Each way to print; all of them print the text as a person would get it. */
const WAYS: Readonly<Record<string, (text: string) => void>> = {
  'a result': (text) => print(text),
  'a table': (text) => printTable(['name', text], [[text, text]]),
  'what a person should know': (text) => tell(`${text}: ${text}`),
  'a failure': (text) =>
    reportFailure(
      new RpcError({ code: 'internal', message: text, list: [text], hint: text, detail: text }),
      false,
      `/work/${text}`,
    ),
  'a line that is drawn': (text) => drawLine(text),
  'a bar': (text) => {
    const bar = new TextBar('{label} [{bar}] {what}');
    bar.draw(0, 2, { label: text, what: text });
    bar.draw(1, 2, { label: text, what: text });
    bar.stop();
  },
  'the progress of a file': (text) => {
    const bar = new ProgressBar(2);
    bar.start(1, text);
    bar.update({ phase: 'infer', tile: 1, tiles: 4 });
    bar.stop();
  },
  'a complaint of the option parser': (text) =>
    commanderOutput.writeErr(`error: unknown option '${text}'\n`),
};

describe('what the command line prints', () => {
  const written: string[] = [];
  const { isTTY, columns } = process.stderr;
  const keep = (text: unknown): boolean => {
    written.push(String(text));
    return true;
  };
  beforeEach(() => {
    written.length = 0;
    Object.assign(process.stderr, { isTTY: true, columns: 400 });
    mock.method(process.stdout, 'write', keep);
    mock.method(process.stderr, 'write', keep);
  });
  afterEach(() => {
    mock.restoreAll();
    Object.assign(process.stderr, { isTTY, columns });
  });
  /** Everything that was printed since the last time, and gives the streams back meanwhile. */
  const printed = (): string => {
    const text = written.join('');
    written.length = 0;
    return text;
  };

  test('every way × every kind of text: only words, whoever reads them', () => {
    for (const [way, show] of Object.entries(WAYS))
      for (const [kind, hostile] of Object.entries(HOSTILE_TEXTS)) {
        show(hostile);
        const text = printed();
        const what = `${way}: ${kind}`;
        assert.ok(text !== '', what);
        assert.doesNotMatch(text.replace(OWN, ''), UNSEEN, what);
        // The parser's complaints are several lines of its own; each is a line of words.
        if (way !== 'a complaint of the option parser')
          for (const line of text.split('\n')) assert.doesNotMatch(line, CI_COMMAND, what);
      }
  });

  test('a text makes no line of its own', () => {
    for (const show of [WAYS['a result'], WAYS['what a person should know']]) {
      show?.('a\r\nb\u2028c\u0085d');
      assert.match(printed(), /^[^\n]*\n$/);
    }
    WAYS['a failure']?.('a\nb');
    assert.equal(printed().split('\n').length, 4);
  });

  test('JSON is JSON, one object a line, whatever is in it', () => {
    for (const hostile of Object.values(HOSTILE_TEXTS)) {
      printJson({ input: hostile, nested: [{ error: hostile }] });
      const [line = '', ...rest] = printed().split('\n');
      assert.deepEqual(rest, ['']);
      assert.deepEqual(JSON.parse(line), { input: hostile, nested: [{ error: hostile }] });
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.doesNotMatch(line, CI_COMMAND);
    }
  });
});
