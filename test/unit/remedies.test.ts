// Every error × every front end: both have words for what can be done, neither has the other's, and
// in the editor each of them is a button.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import ts from 'typescript';
import * as cli from '../../src/cli/remedyWords';
import * as editor from '../../src/extension/errors/remedyWords';
import { untranslated as t } from '../../src/shared/translate';
import { REMEDIES_BY_CODE } from '../../src/shared/errorCodes';
import {
  CHANGEABLE_SETTINGS,
  PLAIN_REMEDIES,
  remediesOf,
  type Remedy,
} from '../../src/shared/remedies';
import { RpcError } from '../../src/shared/rpc';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** What only a command line has, and what only an editor has. */
const OF_CLI =
  /(?:^|[\s"'(])--[a-z]|\bdoctor\b|\bmodels (?:install|import|verify|remove)\b|option\b/;
const OF_EDITOR =
  /pisaUpscale|\bsettings?\b|\bbutton\b|\bdialog\b|\bwindow\b|\bextension\b|Show (?:Log|Devices)|Manage Models/i;

const ALL: readonly Remedy[] = [
  ...PLAIN_REMEDIES.map((kind) => ({ kind })),
  ...CHANGEABLE_SETTINGS.map((setting) => ({ kind: 'change-setting' as const, setting })),
  { kind: 'free-space', folder: '/work' },
];
const nameOf = (remedy: Remedy): string =>
  remedy.kind === 'change-setting' ? `${remedy.kind} ${remedy.setting}` : remedy.kind;

describe('what can be done about an error', () => {
  for (const remedy of ALL) {
    test(`${nameOf(remedy)}: the editor has a button and no option`, () => {
      assert.notEqual(editor.remedyButton(remedy, t), '');
      for (const words of [editor.remedyButton(remedy, t), editor.remedyWords(remedy, t)])
        assert.doesNotMatch(words, OF_CLI);
    });

    test(`${nameOf(remedy)}: the command line has no setting and no button`, () => {
      const words = cli.remedyWords(remedy);
      assert.doesNotMatch(words, OF_EDITOR);
      // A list is printed whole, so nothing is left to show.
      if (remedy.kind !== 'show-details') assert.notEqual(words, '');
    });
  }

  for (const code of Object.keys(REMEDIES_BY_CODE))
    test(`${code}: both front ends say what can be done, each in its words`, () => {
      const error = new RpcError({ code, message: 'It failed.', hint: 'Do something.' });
      for (const [advice, foreign] of [
        [editor.adviceOf(error, t), OF_CLI],
        [cli.adviceOf(error), OF_EDITOR],
      ] as const) {
        assert.match(advice ?? '', /^Do something\./);
        assert.doesNotMatch(advice ?? '', foreign);
      }
    });

  test('an error’s own remedies come before those of its code, each once', () => {
    const own = new RpcError({
      code: 'download-failed',
      message: '',
      remedies: [{ kind: 'change-setting', setting: 'proxy' }, { kind: 'retry' }],
    });
    assert.deepEqual(
      remediesOf(own).map(({ kind }) => kind),
      ['change-setting', 'retry', 'import-model', 'show-log'],
    );
    assert.deepEqual(RpcError.from(new RpcError(own.toValue())).remedies, own.remedies);
  });

  test('every setting that a remedy names exists, and every option', () => {
    const manifest = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
    const program = ['main', 'upscaleCommand', 'modelsCommand', 'remoteOptions']
      .map((name) => readFileSync(path.join(ROOT, `src/cli/${name}.ts`), 'utf8'))
      .join('\n');
    for (const setting of CHANGEABLE_SETTINGS) {
      if (setting !== 'proxy')
        assert.ok(manifest.includes(`"${editor.settingId(setting)}"`), setting);
      assert.match(program, new RegExp(`['\\s]${cli.OPTIONS[setting]}\\b`), setting);
    }
    for (const option of [
      '--again',
      '--pixel-art',
      '--verbose',
      '--accept-licences',
      '--accept-unverified',
      '--allow-http',
    ])
      assert.ok(program.includes(option), option);
  });

  test('the rooms that both front ends use have words of neither', () => {
    for (const room of ['engine', 'client', 'batch', 'files', 'shared'])
      for (const file of sources(path.join(ROOT, 'src', room)))
        for (const text of textsOf(file))
          assert.doesNotMatch(
            text,
            /\s--[a-z]|pisaUpscale|PiSA Upscale: |Show (?:Log|Devices)|the dialog|\bdoctor\b/,
            path.relative(ROOT, file),
          );
  });
});

/** The one file that both do not show: it talks to who starts it by hand. */
const OWN_WORDS = path.join('engine', 'main.ts');

const sources = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('onnx_pb.ts'))
    .map((name) => path.join(folder, name))
    .filter((file) => !file.endsWith(OWN_WORDS));

/** The texts of a file's code; comments are none. */
function textsOf(file: string): readonly string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node)
    )
      texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return texts;
}
