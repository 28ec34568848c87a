import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { stateFolder } from '../../../src/batch/stateRoot';
import { requestFor } from '../../../src/extension/batch/batchPlace';
import { UpscaleImageTool } from '../../../src/extension/batch/upscaleImageTool';
import { Config } from '../../../src/extension/config';
import type { BatchHost } from '../../../src/extension/batch/batchHost';
import type { BatchEventView, BatchHostApi, BatchInit } from '../../../src/shared/batchProtocol';
import { activate, delay, listing, pngSize, until, workspaceFolder } from './support';

const pictures = (): string => path.join(workspaceFolder(), 'pictures');
const closeAll = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.closeAllEditors');

/** What the mixed folder holds; the names say what becomes of each. */
type Mixed = {
  readonly folder: string;
  readonly todo: readonly string[];
  readonly skipped: Readonly<Record<string, string>>;
  readonly others: number;
};

/**
 * 200 files: images, other files, broken ones, ignored ones, earlier outputs, nested folders, hard
 * names, a read-only one, a loop of links.
 */
function mixedFolder(): Mixed {
  const folder = mkdtempSync(path.join(workspaceFolder(), 'mixed-'));
  const todo: string[] = [];
  const skipped: Record<string, string> = {};
  const put = (name: string, content: string | undefined): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    if (content === undefined)
      copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, name));
    else writeFileSync(path.join(folder, name), content);
  };
  for (let i = 0; i < 70; i++) todo.push(`images/${i % 7}/picture ${i}.png`);
  todo.push(
    'emoji 🦊/ü #1.png',
    'emoji 🦊/100%.png',
    "quote's/a+b&c.png",
    'deep/er/and/deeper/x.PNG',
    'read-only.png',
  );
  for (const name of todo) put(name, undefined);
  chmodSync(path.join(folder, 'read-only.png'), 0o444);
  for (let i = 0; i < 20; i++) {
    put(`broken/${i}.png`, 'no picture');
    skipped[`broken/${i}.png`] = 'not-readable';
    put(`made/icon${i}@2x.png`, undefined);
    skipped[`made/icon${i}@2x.png`] = 'density';
  }
  writeFileSync(path.join(folder, '.gitignore'), 'ignored/\n*.cache.png\n');
  for (let i = 0; i < 22; i++) put(`ignored/${i}.png`, undefined);
  for (let i = 0; i < 20; i++) put(`images/${i}.cache.png`, undefined);
  for (let i = 0; i < 40; i++) put(`notes/${i}.txt`, 'text');
  put('empty.png', '');
  skipped['empty.png'] = 'not-readable';
  symlinkSync(folder, path.join(folder, 'images/loop'));
  symlinkSync(process.execPath, path.join(folder, 'outside.png'));
  skipped['outside.png'] = 'outside';
  return { folder, todo, skipped, others: 41 + 1 };
}

async function hostOf(
  folder: string,
): Promise<{ host: BatchHost; api: BatchHostApi; events: BatchEventView[]; init: BatchInit }> {
  await vscode.commands.executeCommand('pisaUpscale.upscaleFolder', vscode.Uri.file(folder));
  const host = (await activate()).batch(workspaceFolder());
  assert.ok(host, 'the view is open');
  const api = host.api();
  const init = await api.init(undefined);
  const events: BatchEventView[] = [];
  host.listen((event) => events.push(event));
  return { host, api, events, init };
}

const relative = (folder: string, names: readonly string[]): string[] =>
  names.map((name) => `${path.basename(folder)}/${name}`).sort();

describe('Upscale Folder', function () {
  this.timeout(120_000);
  afterEach(closeAll);

  it(
    '200 mixed files: the plan is right to the file; untick, start, pause, resume, ' +
      'finish; so is the report',
    async () => {
      const { folder, todo, skipped, others } = mixedFolder();
      const { host, api, events, init } = await hostOf(folder);
      const { rows, otherFiles } = init.plan;
      assert.deepEqual(
        rows
          .filter(({ status }) => status === 'todo')
          .map(({ input }) => input)
          .sort(),
        relative(folder, todo),
      );
      assert.deepEqual(
        Object.fromEntries(
          rows
            .filter(({ status }) => status === 'skip')
            .map(({ input, reason }) => [input, reason]),
        ),
        Object.fromEntries(
          Object.entries(skipped).map(([name, reason]) => [
            `${path.basename(folder)}/${name}`,
            reason,
          ]),
        ),
      );
      assert.equal(otherFiles, others);
      assert.ok(rows.every(({ status, selected }) => selected === (status === 'todo')));
      assert.ok((init.plan.secondsPerPixel ?? 0) > 0);
      const before = listing(path.join(folder, 'images/0'));

      const unticked = new Set(relative(folder, ['images/0/picture 0.png', 'emoji 🦊/100%.png']));
      const ids = rows
        .filter(({ status, input }) => status === 'todo' && !unticked.has(input))
        .map(({ id }) => id);
      assert.deepEqual(
        listing(path.join(folder, 'images/0')),
        before,
        'nothing is written before Start',
      );
      await api.start({ ids });
      assert.ok(host.isRunning);
      await until(
        () => events.some((event) => event.kind === 'row' && event.state === 'done'),
        'the first is done',
      );
      await api.pause(undefined);
      await until(() => (host.standing?.current.length ?? 1) === 0, 'what was begun is finished');
      const done = host.standing!.done;
      assert.ok(done > 0 && done < ids.length, `${done} of ${ids.length}`);
      await delay(300);
      assert.deepEqual([host.standing!.done, host.standing!.paused], [done, true]);
      const [skippedRow] = ids.filter(
        (id) => !events.some((event) => event.kind === 'row' && event.id === id),
      );
      await api.skip({ id: skippedRow! });
      await api.resume(undefined);
      await until(() => events.some(({ kind }) => kind === 'report'), 'the report', 60_000);

      const { report } = events.find((event) => event.kind === 'report')!;
      assert.deepEqual(
        [report.done, report.failed, report.skipped, report.cancelled],
        [ids.length - 1, 0, 1, false],
      );
      for (const { id, output, input } of rows.filter(({ status }) => status === 'todo')) {
        const made = existsSync(path.join(workspaceFolder(), output));
        assert.equal(made, !unticked.has(input) && id !== skippedRow, input);
        if (made)
          assert.deepEqual(
            pngSize(path.join(workspaceFolder(), output)).width,
            4 * pngSize(path.join(workspaceFolder(), input)).width,
          );
      }
      const states = (await api.init(undefined)).plan.rows;
      assert.equal(
        states.filter(({ status }) => status === 'done').length,
        ids.length - 1,
        'a new plan knows them',
      );
      assert.deepEqual(readFileSync(path.join(folder, 'notes/0.txt'), 'utf8'), 'text');
    },
  );

  it('one failure does not stop the rest, and is in the report', async () => {
    const folder = realpathSync(mkdtempSync(path.join(workspaceFolder(), 'failing-')));
    for (const name of ['a.png', 'b.png', 'c.png'])
      copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, name));
    const { api, events, init } = await hostOf(folder);
    // It is damaged after the plan was made.
    writeFileSync(path.join(folder, 'b.png'), 'gone bad');
    await api.start({ ids: init.plan.rows.map(({ id }) => id) });
    await until(() => events.some(({ kind }) => kind === 'report'), 'the report', 30_000);
    const { report } = events.find((event) => event.kind === 'report')!;
    assert.deepEqual([report.done, report.failed], [2, 1]);
    const failed = events.find((event) => event.kind === 'row' && event.state === 'failed');
    assert.match((failed as { message?: string }).message ?? '', /has changed since the plan/);
  });

  it('follows a recipe, writes its lock, and a second plan has nothing to do', async () => {
    const root = workspaceFolder();
    const folder = mkdtempSync(path.join(root, 'recipe-'));
    const name = path.basename(folder);
    copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, 'a.png'));
    const recipe = path.join(root, '.pisa-upscale.json');
    writeFileSync(
      recipe,
      JSON.stringify({
        rules: [
          { files: `${name}/*.png`, model: 'one-layer-4x', scale: 2, output: 'out/{name}.{ext}' },
        ],
      }),
    );
    try {
      const { api, events, init } = await hostOf(folder);
      assert.equal(init.plan.hasRecipe, true);
      assert.deepEqual(
        init.plan.rows.map(({ output }) => output),
        [`${name}/out/a.png`],
      );
      await api.start({ ids: init.plan.rows.map(({ id }) => id) });
      await until(() => events.some(({ kind }) => kind === 'report'), 'the report', 30_000);
      const lock = JSON.parse(readFileSync(path.join(root, '.pisa-upscale.lock.json'), 'utf8')) as {
        outputs: object;
      };
      assert.deepEqual(Object.keys(lock.outputs), [`${name}/out/a.png`]);
      assert.deepEqual(
        (await api.replan(undefined)).plan.rows
          .filter(({ input }) => input === `${name}/a.png`)
          .map(({ status }) => status),
        ['done'],
      );
      writeFileSync(recipe, '{ "rules": [{ "files": "../**" }] }');
      await assert.rejects(api.replan(undefined), { code: 'recipe' });
    } finally {
      rmSync(recipe, { force: true });
      rmSync(path.join(root, '.pisa-upscale.lock.json'), { force: true });
    }
  });

  it('takes note of a run that was killed after its last picture, and forgets it', async () => {
    const root = workspaceFolder();
    const folder = mkdtempSync(path.join(root, 'killed-'));
    copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, 'a.png'));
    const { api, events, init } = await hostOf(folder);
    const ids = init.plan.rows.map(({ id }) => id);
    await api.start({ ids });
    await until(() => events.some(({ kind }) => kind === 'report'), 'the report', 30_000);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const journal = path.join(stateFolder(root, root), `journal-${pid}-1.jsonl`);
    writeFileSync(journal, `${JSON.stringify({ kind: 'header', header: { root, ids } })}\n`);
    const { plan } = await api.replan(undefined);
    assert.deepEqual(plan.interrupted, []);
    await until(() => !existsSync(journal), 'the journal is gone');
  });

  it('does not read a recipe in a workspace that is not trusted', async () => {
    const root = mkdtempSync(path.join(workspaceFolder(), 'untrusted-'));
    writeFileSync(path.join(root, '.pisa-upscale.json'), '{ "rules": [{ "files": "**/*" }] }');
    const config = new Config();
    try {
      const surroundings = {
        config,
        extensionPath: root,
      };
      const place = { root, inputs: [root] };
      assert.equal(
        (await requestFor(place, { ...surroundings, isTrusted: () => false })).recipe,
        undefined,
      );
      assert.ok((await requestFor(place, { ...surroundings, isTrusted: () => true })).recipe);
    } finally {
      config.dispose();
    }
  });

  it('nonsense messages change nothing', async () => {
    const folder = mkdtempSync(path.join(workspaceFolder(), 'nonsense-'));
    copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, 'a.png'));
    const { host, api } = await hostOf(folder);
    const wrong = api as unknown as Record<string, (params: unknown) => Promise<unknown>>;
    for (const [method, params] of [
      ['start', undefined],
      ['start', { ids: 'all' }],
      ['start', { ids: [1] }],
      ['start', { ids: ['../../etc/passwd', 'nothing@4x.png'] }],
      ['skip', {}],
      ['skip', { id: 5 }],
      ['compare', { id: '../secret' }],
      ['compare', { id: '../secret', ids: ['../secret'] }],
      ['pause', { now: true }],
      ['init', 7],
    ] as const) {
      await assert.rejects(
        Promise.resolve(wrong[method]!(params)),
        `${method} ${JSON.stringify(params)}`,
      );
    }
    assert.equal(host.isRunning, false);
    assert.deepEqual(listing(folder), ['a.png']);
  });

  it('is a task, which ends with 0, and with 1 when something failed', async () => {
    const folder = mkdtempSync(path.join(workspaceFolder(), 'task-'));
    copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, 'a.png'));
    const run = async (definition: object): Promise<number | undefined> => {
      const task = new vscode.Task(
        { type: 'pisa-upscale', ...definition },
        vscode.workspace.workspaceFolders![0]!,
        'upscale',
        'pisa-upscale',
      );
      const ended = new Promise<number | undefined>((resolve) => {
        const subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
          if (execution.task.name !== 'upscale') return;
          subscription.dispose();
          resolve(exitCode);
        });
      });
      const provided = await vscode.tasks.fetchTasks({ type: 'pisa-upscale' });
      assert.ok(provided.length > 0, 'the provider offers one');
      const [offered] = provided;
      task.execution = offered!.execution!;
      await vscode.tasks.executeTask(
        Object.assign(offered!, { name: 'upscale', definition: task.definition }),
      );
      return ended;
    };
    assert.equal(await run({ folder: path.basename(folder) }), 0);
    assert.deepEqual(listing(folder), ['a.png', 'a@4x.png']);
    assert.equal(await run({ folder: '../outside' }), 1);
  });

  it('is a background task that redoes what changes, and tells of what it can’t', async () => {
    const folder = mkdtempSync(path.join(workspaceFolder(), 'watch-'));
    const picture = path.join(pictures(), 'small.png');
    copyFileSync(picture, path.join(folder, 'a.png'));
    const offered = (await vscode.tasks.fetchTasks({ type: 'pisa-upscale' })).find(
      ({ definition }) => definition.watch === true,
    );
    assert.ok(offered, 'the provider offers one');
    assert.deepEqual(
      [offered.isBackground, offered.problemMatchers],
      [true, ['$pisa-upscale-watch']],
    );
    const execution = await vscode.tasks.executeTask(
      Object.assign(offered, {
        definition: { ...offered.definition, folder: path.basename(folder) },
      }),
    );
    const problems = (name: string): number =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(path.join(folder, name)))
        .filter(({ source }) => source === 'PiSA Upscale').length;
    try {
      await until(() => listing(folder).includes('a@4x.png'), 'what is there is made');
      copyFileSync(picture, path.join(folder, 'b.png'));
      await until(() => listing(folder).includes('b@4x.png'), 'what comes is made');
      writeFileSync(path.join(folder, 'c.png'), 'no picture');
      await until(() => problems('c.png') === 1, 'what can’t be made is a problem');
      copyFileSync(picture, path.join(folder, 'c.png'));
      await until(() => listing(folder).includes('c@4x.png'), 'until it is mended');
      await until(() => problems('c.png') === 0, 'then it is none any more');
    } finally {
      execution.terminate();
    }
  });

  it('has recipes to begin with, which are saved by the person', async () => {
    const [root] = vscode.workspace.workspaceFolders!;
    const file = path.join(root!.uri.fsPath, '.pisa-upscale.json');
    await vscode.commands.executeCommand('pisaUpscale.createRecipe', undefined, 'tree');
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.isUntitled, true);
    assert.equal(document.uri.fsPath, file);
    assert.match(document.getText(), /"to": "public\/img"/);
    assert.ok(!existsSync(file));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    writeFileSync(file, '{ "rules": [] }');
    try {
      await vscode.commands.executeCommand('pisaUpscale.createRecipe');
      assert.equal(
        vscode.window.activeTextEditor?.document.uri.toString(),
        vscode.Uri.file(file).toString(),
      );
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(file);
    }
  });

  it('is a tool for language models, for images of the workspace only', async () => {
    const folder = mkdtempSync(path.join(workspaceFolder(), 'tool-'));
    copyFileSync(path.join(pictures(), 'small.png'), path.join(folder, 'a.png'));
    symlinkSync('/etc/hostname', path.join(folder, 'link.png'));
    assert.ok(vscode.lm.tools.some(({ name }) => name === 'pisa-upscale_upscale_image'));
    const invoke = async (
      input: object,
    ): Promise<{
      results: { input: string; output?: string; width?: number; error?: string }[];
    }> => {
      const { content } = await vscode.lm.invokeTool('pisa-upscale_upscale_image', {
        input,
        toolInvocationToken: undefined,
      });
      return JSON.parse((content[0] as vscode.LanguageModelTextPart).value) as never;
    };
    const relativePath = `${path.basename(folder)}/a.png`;
    const { results } = await invoke({
      paths: [
        relativePath,
        '/etc/passwd.png',
        '../x.png',
        path.join(folder, 'link.png'),
        path.join(folder, 'missing.png'),
      ],
      scale: 2,
    });
    assert.deepEqual(
      [results[0]!.output, results[0]!.width],
      [path.join(folder, 'a@2x.png'), 2 * pngSize(path.join(folder, 'a.png')).width],
    );
    assert.deepEqual(
      results.map(({ error }) => error !== undefined),
      [false, true, true, true, true],
    );
    assert.match(results[1]!.error!, /outside the workspace/);
    await assert.rejects(invoke({ paths: [] }));
    await assert.rejects(invoke({ paths: ['a.png'], scale: 99 }));
  });

  it('has the person confirm every path and what becomes of it, as text only', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `folder ${index}/icon.png`);
    names[7] = '``` [Allow](command:workbench.action.files.newUntitledFile) <b>x</b> $(check).png';
    const config = new Config();
    const tool = new UpscaleImageTool(
      {
        render: () => Promise.reject(new Error('Nothing runs before it is confirmed.')),
        formats: () => Promise.resolve([]),
      } as never,
      config,
    );
    const { confirmationMessages, invocationMessage } = await tool.prepareInvocation({
      input: { paths: names, scale: 2 },
    });
    config.dispose();
    const message = confirmationMessages?.message;
    assert.ok(message instanceof vscode.MarkdownString);
    assert.ok(!message.isTrusted && message.supportHtml !== true && !message.supportThemeIcons);
    const [, fence = '', code = ''] = /^(`{3,})text\n([^]*?)\n\1$/m.exec(message.value) ?? [];
    assert.ok(fence.length > 3, 'a fence of a path can’t end the block');
    assert.deepEqual(
      code.split('\n'),
      names.map((name) => `${name} → ${name.replace('.png', '@2x.png')}`),
    );
    assert.match(message.value, /Nothing is replaced/);
    assert.equal(invocationMessage, 'Upscaling 50 images');
    await assert.rejects(
      tool.prepareInvocation({ input: { paths: ['a\n\n# b.png'] } }),
      /line ends/,
    );
  });

  it('opens a plan for the workspace', async () => {
    await vscode.commands.executeCommand('pisaUpscale.upscaleWorkspace');
    const label = `Upscale ${path.basename(workspaceFolder())}`;
    await until(
      () =>
        vscode.window.tabGroups.all.some((group) => group.tabs.some((tab) => tab.label === label)),
      'the view is open',
    );
  });
});
