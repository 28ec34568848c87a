import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { COMMAND_IDS, panelCommandId } from '../../../src/extension/commands/commandIds';
import {
  DEFAULT_ENGINE_IDLE_MINUTES,
  ENGINE_IDLE_MINUTES_RANGE,
  MAX_FRAMES_RANGE,
  MAX_INPUT_MEGAPIXELS_RANGE,
  MAX_OUTPUT_MEGAPIXELS_RANGE,
  MAX_OUTPUT_KILOBYTES_RANGE,
  readAction,
  readAutoGuidance,
  readEngineSettings,
  readInstallSettings,
  readUpscaleSettings,
  UPSCALE_ACTIONS,
} from '../../../src/extension/settingsReader';
import { PANEL_COMMANDS } from '../../../src/shared/panelCommands';
import { PIXEL_ART_CHOICES } from '../../../src/shared/assetOptions';
import { METADATA_CHOICES } from '../../../src/shared/outputOptions';
import { GUIDANCE_RANGE } from '../../../src/shared/guidance';
import { PRECISIONS } from '../../../src/shared/modelProtocol';
import { readServerSettings } from '../../../src/extension/remote/remoteSettingsReader';
import {
  REMOTE_DEFAULTS,
  REMOTE_FALLBACKS,
  REMOTE_IN_FLIGHT_RANGE,
} from '../../../src/shared/remoteSettings';
import {
  COLOUR_FIXES,
  CPU_PRECISIONS,
  DEFAULT_PISA_SR_MIRRORS,
  DEFAULT_SETTINGS,
  DEVICES,
  IMAGE_EXTENSIONS,
  isVectorName,
  OUTPUT_FORMATS,
  OVERWRITE_POLICIES,
  QUALITY_RANGE,
  SCALE_RANGE,
} from '../../../src/shared/settings';

type Property = {
  order: number;
  default: unknown;
  scope: string;
  enum?: string[];
  markdownEnumDescriptions?: string[];
  minimum?: number;
  maximum?: number;
};
type MenuItem = { command: string; submenu?: string; when: string; group?: string };
const SUBMENU = 'pisaUpscale.explorer';
type Manifest = {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  activationEvents: string[];
  contributes: {
    customEditors: {
      viewType: string;
      priority: string;
      selector: { filenamePattern: string }[];
    }[];
    commands: { command: string; category: string; title: string; enablement?: string }[];
    submenus: { id: string; label: string }[];
    walkthroughs: unknown[];
    menus: Record<string, MenuItem[]>;
    configuration: { title: string; order: number; properties: Record<string, Property> }[];
  };
};

const root = path.resolve(__dirname, '../../..');
const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const groups = manifest.contributes.configuration;
const properties: Record<string, Property> = Object.fromEntries(
  groups.flatMap((group) => Object.entries(group.properties)),
);
const property = (key: string): Property => properties[`pisaUpscale.${key}`]!;

test('defaults in the manifest are the defaults of the code', () => {
  const lookup = (key: string): unknown => property(key).default;
  assert.deepEqual(readUpscaleSettings(lookup), DEFAULT_SETTINGS);
  assert.deepEqual(
    readUpscaleSettings(() => undefined),
    DEFAULT_SETTINGS,
  );
  assert.deepEqual(readEngineSettings(lookup), {
    modelFolders: [],
    ignoredModelFolders: [],
    idleSeconds: DEFAULT_ENGINE_IDLE_MINUTES * 60,
    store: undefined,
    ignoredStore: undefined,
  });
  assert.equal(readServerSettings(lookup), undefined);
  const named = (key: string): unknown => (key === 'remote.url' ? 'https://host' : lookup(key));
  const { secrets, ...defaults } = REMOTE_DEFAULTS;
  assert.deepEqual(
    { ...readServerSettings(named), secrets },
    { ...defaults, url: 'https://host', secrets },
  );
  assert.deepEqual(readInstallSettings(lookup), {
    mirrors: DEFAULT_PISA_SR_MIRRORS,
    precision: 'fp32',
    prompts: false,
  });
  assert.deepEqual(
    readInstallSettings(() => undefined),
    { mirrors: DEFAULT_PISA_SR_MIRRORS, precision: 'fp32', prompts: false },
  );
});

test('each setting of the manifest is read by the code', () => {
  const asked = new Set<string>();
  const lookup = (key: string): unknown => void asked.add(`pisaUpscale.${key}`);
  readUpscaleSettings(lookup);
  readAction(lookup);
  readAutoGuidance(lookup);
  readEngineSettings(lookup);
  readInstallSettings(lookup);
  readServerSettings(lookup);
  assert.deepEqual([...asked].sort(), Object.keys(properties).sort());
});

test('sets and ranges in the manifest are those of the code', () => {
  assert.deepEqual(property('device').enum, ['auto', ...DEVICES]);
  assert.deepEqual(property('precision').enum, ['auto', ...CPU_PRECISIONS]);
  assert.deepEqual(property('outputFormat').enum, ['source', ...OUTPUT_FORMATS]);
  assert.deepEqual(property('overwrite').enum, [...OVERWRITE_POLICIES]);
  assert.deepEqual(property('action').enum, [...UPSCALE_ACTIONS]);
  assert.equal(
    property('action').default,
    readAction(() => undefined),
  );
  assert.deepEqual(property('colourFix').enum, [...COLOUR_FIXES]);
  assert.deepEqual(property('modelPrecision').enum, [...PRECISIONS]);
  assert.deepEqual(property('remote.precision').enum, [...PRECISIONS]);
  assert.deepEqual(property('remote.fallback').enum, [...REMOTE_FALLBACKS]);
  assert.deepEqual(property('metadata').enum, [...METADATA_CHOICES]);
  assert.deepEqual(property('pixelArt').enum, [...PIXEL_ART_CHOICES]);
  const ranges = {
    scale: SCALE_RANGE,
    quality: QUALITY_RANGE,
    pixelGuidance: GUIDANCE_RANGE,
    semanticGuidance: GUIDANCE_RANGE,
    maxInputMegapixels: MAX_INPUT_MEGAPIXELS_RANGE,
    maxOutputMegapixels: MAX_OUTPUT_MEGAPIXELS_RANGE,
    maxFrames: MAX_FRAMES_RANGE,
    engineIdleMinutes: ENGINE_IDLE_MINUTES_RANGE,
    maxOutputKilobytes: MAX_OUTPUT_KILOBYTES_RANGE,
    'remote.inFlight': REMOTE_IN_FLIGHT_RANGE,
  };
  for (const [key, { minimum, maximum }] of Object.entries(ranges)) {
    assert.deepEqual([property(key).minimum, property(key).maximum], [minimum, maximum], key);
  }
});

test(
  'what can run code or is a matter of the machine is neither synced nor taken from an ' +
    'untrusted workspace',
  () => {
    for (const key of [
      'device',
      'modelFolders',
      'engineIdleMinutes',
      'modelStore',
      'pisaSrMirrors',
      'modelPrecision',
      ...Object.keys(properties)
        .map((name) => name.slice('pisaUpscale.'.length))
        .filter((name) => name.startsWith('remote.')),
    ])
      assert.equal(property(key).scope, 'machine', key);
  },
);

/** Settings that an untrusted workspace may set, and why that does no harm. */
const FREE_IN_UNTRUSTED: Readonly<Record<string, string>> = {
  pixelGuidance: 'how close the pixels stay to the source; the file is the same but for them',
  semanticGuidance: 'how much detail is added; the file is the same but for its pixels',
  autoGuidance: 'where the dials of a comparison begin; it writes nothing',
  colourFix: 'how colours are matched; the file is the same but for its pixels',
  pixelArt: 'squares instead of the model; the size is the same and it is the faster way',
  seamless: 'what lies beyond the edges; the file is the same but for its pixels',
};

test('no setting of an untrusted workspace decides where, whether or how much is written', () => {
  const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);
  for (const name of Object.keys(properties)) {
    const reason = FREE_IN_UNTRUSTED[name.slice('pisaUpscale.'.length)];
    assert.notEqual(
      restricted.has(name),
      reason !== undefined,
      `${name} must be in restrictedConfigurations, or have a reason in this test, not both`,
    );
  }
  for (const name of restricted) assert.ok(properties[name], `${name} is no setting`);
});

test('settings stand in titled groups, in order, and their links are commands of the code', () => {
  const keys = groups.flatMap((group) => Object.keys(group.properties));
  assert.equal(new Set(keys).size, keys.length, 'each in one group');
  assert.ok(groups.length >= 6);
  for (const [index, { title, order, properties: own }] of groups.entries()) {
    assert.match(title, /^%config\.group\.\w+%$/);
    assert.equal(order, index);
    const orders = Object.values(own).map((one) => one.order);
    assert.deepEqual(orders, [...orders.keys()], title);
    assert.ok(orders.length <= 10, title);
  }
  const words = readFileSync(path.join(root, 'package.nls.json'), 'utf8');
  const known: readonly string[] = COMMAND_IDS;
  const linked = [...words.matchAll(/\(command:(pisaUpscale\.\w+)/g)].map(([, id]) => id!);
  assert.ok(linked.length > 10);
  for (const id of linked) assert.ok(known.includes(id), id);
});

test('the manifest contributes the commands of the code', () => {
  assert.deepEqual(
    manifest.contributes.commands.map(({ command }) => command).sort(),
    [...COMMAND_IDS].sort(),
  );
});

/** A drawing can't be compared: it has no pixels. */
const WITH_PIXELS = IMAGE_EXTENSIONS.filter((extension) => !isVectorName(`a.${extension}`));

const NOT_FOR_ONE_PICTURE = ['upscaleFolder', 'upscaleSelection', 'createRecipe', 'addModel'].map(
  (name) => `pisaUpscale.${name}`,
);

test('the explorer has one submenu, for all that has an item in it and for nothing else', () => {
  const { menus, submenus } = manifest.contributes;
  assert.deepEqual(submenus, [{ id: SUBMENU, label: 'PiSA Upscale' }]);
  const [item, ...others] = menus['explorer/context']!;
  assert.deepEqual([item!.submenu, others], [SUBMENU, []]);
  const endings = (when: string): RegExp[] =>
    [...when.matchAll(/resourceExtname =~ \/(.+?)\/i/g)].map(([, text]) => new RegExp(text!, 'i'));
  const shown = endings(item!.when);
  const wanted = menus[SUBMENU]!.flatMap(({ when }) => endings(when));
  for (const ending of ['.png', '.JPG', '.svg', '.gif', '.pth', '.onnx', '.txt', '', '.pngx'])
    assert.equal(
      shown.some((one) => one.test(ending)),
      wanted.some((one) => one.test(ending)),
      ending,
    );
  assert.match(item!.when, /explorerResourceIsFolder \|\| listMultiSelection/);
  for (const { group } of menus[SUBMENU]!) assert.match(group!, /^[1-9]_\w+@[1-9]$/);
});

test('the palette puts upscaling first and models last, whatever part of it is typed', () => {
  const words = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
    string,
    string
  >;
  const hidden = manifest.contributes.menus.commandPalette!.map(({ command }) => command);
  const titles = manifest.contributes.commands
    .filter(({ command }) => !hidden.includes(command))
    .map(
      ({ category, title }) =>
        `${words[category.slice(1, -1)] ?? category}: ${words[title.slice(1, -1)]!}`,
    )
    .sort((a, b) => a.localeCompare(b, 'en'));
  for (const typed of ['upscale', 'enlarge', 'upscale image', 'PiSA Upscale']) {
    const found = titles.filter((title) =>
      typed
        .toLowerCase()
        .split(' ')
        .every((word) => title.toLowerCase().includes(word)),
    );
    assert.equal(found[0], 'PiSA Upscale: Upscale (Enlarge) Image', typed);
    const models = found.findIndex((title) => title.startsWith('PiSA Models'));
    assert.ok(
      models < 0 || found.slice(models).every((title) => title.startsWith('PiSA Models')),
      typed,
    );
  }
});

test('icons and pictures of the manifest lie in the repository', () => {
  const named = [...text.matchAll(/"(media\/[^"]+)"/g)].map(([, file]) => file!);
  assert.ok(named.length >= 10);
  for (const file of named) assert.ok(existsSync(path.join(root, file)), file);
});

test('the walkthrough has five steps, whose buttons are commands of the code', () => {
  const words = readFileSync(path.join(root, 'package.nls.json'), 'utf8');
  const [{ steps }] = manifest.contributes.walkthroughs as [
    { steps: { id: string; completionEvents: string[] }[] },
  ];
  assert.equal(steps.length, 5);
  const known: readonly string[] = COMMAND_IDS;
  for (const { id, completionEvents } of steps) {
    const description = new RegExp(`"walkthrough\\.${id}\\.description": "(.*)"`).exec(words)![1]!;
    const buttons = [...description.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command!);
    assert.ok(buttons.length > 0, id);
    for (const command of buttons) {
      assert.ok(known.includes(command), command);
      assert.ok(completionEvents.includes(`onCommand:${command}`), command);
    }
  }
});

test('menus show the command for every picture that can be read, here and in a remote window', () => {
  const items = Object.entries(manifest.contributes.menus)
    // Source control and the timeline have no word for a file's ending.
    .flatMap(([menu, entries]) => (/^(commandPalette|scm|timeline)/.test(menu) ? [] : entries))
    .filter(
      // The submenu and what is for folders, selections and models have tests of their own.
      ({ submenu, command }) =>
        submenu === undefined &&
        !NOT_FOR_ONE_PICTURE.includes(command) &&
        !command.startsWith('pisaUpscale.comparison.'),
    );
  assert.equal(items.length, 8);
  for (const { when, command } of items) {
    const drawn = command.startsWith('pisaUpscale.upscale');
    const [, extname] = /resourceExtname =~ \/(.+?)\/i/.exec(when)!;
    const [, scheme] = /resourceScheme =~ \/(.+?)\//.exec(when)!;
    for (const extension of drawn ? IMAGE_EXTENSIONS : WITH_PIXELS)
      assert.match(`.${extension}`, new RegExp(extname!, 'i'));
    for (const other of ['.txt', '.pngx', '', ...(drawn ? [] : ['.svg'])])
      assert.doesNotMatch(other, new RegExp(extname!, 'i'));
    for (const known of ['file', 'vscode-remote']) assert.match(known, new RegExp(scheme!));
    assert.doesNotMatch('git', new RegExp(scheme!));
  }
});

test('all that a key does in the comparison is a command, for where a comparison is in front', () => {
  const { commands, menus } = manifest.contributes;
  const isPanels = ({ command }: { command: string }): boolean =>
    command.startsWith('pisaUpscale.comparison.');
  assert.deepEqual(
    commands.filter(isPanels).map(({ command }) => command),
    PANEL_COMMANDS.map(panelCommandId),
  );
  const inFront =
    "activeWebviewPanelId == 'pisaUpscale.comparison' || " +
    "activeCustomEditorId == 'pisaUpscale.comparisonEditor'";
  for (const { enablement } of commands.filter(isPanels)) assert.equal(enablement, inFront);
  const listed = menus.commandPalette!.filter(isPanels);
  assert.deepEqual(
    listed.map(({ command }) => command),
    PANEL_COMMANDS.map(panelCommandId),
  );
  for (const { when } of [...listed, ...menus['editor/title']!.filter(isPanels)])
    assert.equal(when, inFront);
  // The page's own menu, also of the custom editor.
  const own = menus['webview/context']!;
  assert.ok(own.length > 0 && own.every(isPanels));
  for (const { when } of own)
    for (const view of ['comparison', 'comparisonEditor'])
      assert.ok(when.includes(`webviewId == 'pisaUpscale.${view}'`), when);
});

test('pictures are compared with their versions in Git where Git has them', () => {
  const { menus } = manifest.contributes;
  const whenOf = (menu: string): string[] =>
    menus[menu]!.filter(({ command }) => command.startsWith('pisaUpscale.compareWith')).map(
      ({ when }) => when,
    );
  assert.equal(whenOf(SUBMENU).length, 2);
  for (const when of whenOf(SUBMENU)) assert.match(when, / && gitOpenRepositoryCount > 0 && /);
  const inPalette = whenOf('commandPalette');
  assert.deepEqual(inPalette, ['gitOpenRepositoryCount > 0', 'gitOpenRepositoryCount > 0']);
  assert.match(whenOf('scm/resourceState/context')[0]!, /scmProvider == git/);
  const [, timeline] = /timelineItem =~ \/(.+?)\//.exec(whenOf('timeline/item/context')[0]!)!;
  assert.match('git:file:commit', new RegExp(timeline!));
  assert.doesNotMatch('git:file:working', new RegExp(timeline!));
});

test('the explorer offers to add files of models, and nothing else, here and in a remote window', () => {
  const items = manifest.contributes.menus[SUBMENU]!.filter(
    ({ command }) => command === 'pisaUpscale.addModel',
  );
  assert.equal(items.length, 1);
  const [, extname] = /resourceExtname =~ \/(.+?)\/i/.exec(items[0]!.when)!;
  for (const ending of ['.pth', '.PTH', '.pt', '.ckpt', '.safetensors', '.onnx'])
    assert.match(ending, new RegExp(extname!, 'i'));
  for (const other of ['.png', '.pthx', '.onnx.data', '', '.py'])
    assert.doesNotMatch(other, new RegExp(extname!, 'i'));
  assert.match(items[0]!.when, /!explorerResourceIsFolder/);
});

test(
  'a panel can come back after a restart, and the comparison is an editor for every ' +
    'picture that can be read, never the first choice',
  () => {
    // What a killed batch left is looked for when VS Code has started.
    assert.deepEqual(manifest.activationEvents, [
      'onWebviewPanel:pisaUpscale.comparison',
      'onWebviewPanel:pisaUpscale.batch',
      'onStartupFinished',
    ]);
    const [editor] = manifest.contributes.customEditors;
    assert.deepEqual(
      [editor!.viewType, editor!.priority],
      ['pisaUpscale.comparisonEditor', 'option'],
    );
    assert.deepEqual(
      editor!.selector.map(({ filenamePattern }) => filenamePattern).sort(),
      WITH_PIXELS.map((extension) => `*.${extension}`).sort(),
    );
  },
);

test('folders and selections have a plan, here and in a remote window', () => {
  const whenOf = (name: string): string | undefined =>
    manifest.contributes.menus[SUBMENU]!.find(({ command }) => command === `pisaUpscale.${name}`)
      ?.when;
  const here = 'resourceScheme =~ /^(file|vscode-remote)$/';
  assert.equal(
    whenOf('upscaleFolder'),
    `explorerResourceIsFolder && !listMultiSelection && ${here}`,
  );
  assert.equal(whenOf('upscaleSelection'), `listMultiSelection && ${here}`);
});

test('the tool for language models says what it takes and when not to use it', () => {
  const [tool] = (
    JSON.parse(text) as {
      contributes: {
        languageModelTools: {
          name: string;
          modelDescription: string;
          inputSchema: { required: string[]; properties: object };
        }[];
      };
    }
  ).contributes.languageModelTools;
  assert.equal(tool!.name, 'pisa-upscale_upscale_image');
  assert.match(tool!.modelDescription, /Do not use it/);
  assert.deepEqual(
    [tool!.inputSchema.required, Object.keys(tool!.inputSchema.properties)],
    [['paths'], ['paths', 'scale', 'pixelGuidance', 'semanticGuidance', 'format']],
  );
});

test('every text of the manifest exists and is used', () => {
  const strings = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
    string,
    string
  >;
  const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key!);
  assert.deepEqual([...new Set(used)].sort(), Object.keys(strings).sort());
});
