import path from 'node:path';
import * as vscode from 'vscode';
import { EngineClient } from '../client/engineClient';
import { defaultModelStore } from '../client/modelStore';
import type { Size } from '../shared/geometry';
import { speak } from '../shared/phrase';
import { BatchPanels } from './batch/batchPanels';
import { BatchTaskProvider } from './batch/batchTasks';
import { UpscaleImageTool } from './batch/upscaleImageTool';
import { commandRunner, type CommandRunner } from './commands/commandTable';
import { takeDropped } from './commands/takeDropped';
import { ComparisonPanels } from './comparison/comparisonPanels';
import { Config } from './config';
import { Disposable } from './disposable';
import { adviceOf } from './errors/remedyWords';
import { tellRange } from './errors/tellRange';
import { EngineSupervisor } from './engineSupervisor';
import { UpscaleJobs } from './jobs/upscaleJobs';
import { Log } from './log';
import { ImageActions } from './references/imageActions';
import { ImageHover } from './references/imageHover';
import { askToSend } from './remote/askToSend';
import { ServerConsent } from './remote/serverConsent';
import { ServerSecrets } from './remote/serverSecrets';
import { WorkStatus } from './status/workStatus';
import { ModelCompletions } from './models/modelCompletions';
import { ModelTasks } from './models/modelTasks';
import { PlainDocuments } from './ui/plainDocuments';
import { languageOfWords } from './ui/languageOfWords';

/**
 * Builds the extension's parts and connects them: what `entries` loads when it is first needed.
 * Nothing here starts the engine: that is for who uses it.
 */
export class Composition extends Disposable {
  private readonly log = this.register(new Log());
  private readonly config = this.register(new Config());
  private readonly engine = new EngineSupervisor(() => this.createEngine());
  private readonly consent: ServerConsent;
  private readonly secrets: ServerSecrets;
  private readonly documents = this.register(new PlainDocuments());
  private readonly tasks = new ModelTasks(
    () => this.createEngine(),
    this.engine,
    this.log,
    this.documents,
  );

  /** The open comparisons. */
  readonly comparisons: ComparisonPanels;

  /** The batches of this window. */
  readonly batches: BatchPanels;

  readonly imageActions = new ImageActions();
  readonly imageHover = new ImageHover((picture) => this.sizeOf(picture));
  readonly modelCompletions = new ModelCompletions(() =>
    this.engine.use((client) => client.models()),
  );
  readonly batchTasks: BatchTaskProvider;
  readonly upscaleTool: UpscaleImageTool;
  readonly runCommand: CommandRunner;

  constructor(
    private readonly context: Pick<
      vscode.ExtensionContext,
      | 'extensionPath'
      | 'extensionUri'
      | 'workspaceState'
      | 'storageUri'
      | 'globalStorageUri'
      | 'secrets'
      | 'globalState'
    >,
  ) {
    super();
    speak(vscode.l10n.t, languageOfWords());
    this.secrets = this.register(new ServerSecrets(context.secrets, () => this.engine.replace()));
    this.consent = new ServerConsent(context.globalState, askToSend);
    this.register(this.config.onDidChangeEngine(() => this.engine.replace()));
    this.register(
      this.config.onDidFindProblem(
        (problem) =>
          void tellRange(problem, this.log).catch((error: unknown) =>
            this.log.error('settings', error),
          ),
      ),
    );
    const status = this.register(new WorkStatus());
    const jobs = new UpscaleJobs(this.engine, this.config, this.log, status);
    const shared = { engine: this.engine, config: this.config, log: this.log, jobs };
    this.comparisons = this.register(
      new ComparisonPanels(
        {
          ...shared,
          extensionUri: context.extensionUri,
          takeDropped: (drop) =>
            takeDropped(
              { panels: this.comparisons, models: { ...shared, tasks: this.tasks } },
              drop,
            ),
        },
        context.workspaceState,
      ),
    );
    const surroundings = {
      config: this.config,
      extensionPath: context.extensionPath,
      isTrusted: () => vscode.workspace.isTrusted,
    };
    this.batches = this.register(
      new BatchPanels({
        ...surroundings,
        engine: this.engine,
        log: this.log,
        panels: this.comparisons,
        status,
        extensionUri: context.extensionUri,
      }),
    );
    this.batchTasks = new BatchTaskProvider({ ...surroundings, engine: this.engine });
    this.upscaleTool = new UpscaleImageTool(jobs, this.config);
    this.runCommand = commandRunner({
      ...shared,
      tasks: this.tasks,
      panels: this.comparisons,
      batches: this.batches,
      documents: this.documents,
      secrets: this.secrets,
      sizes: async (image) => {
        const { width, height } = await this.sizeOf(image);
        return `${width}×${height}`;
      },
      extensionPath: context.extensionPath,
      samplesFolder: path.join(context.globalStorageUri.fsPath, 'samples'),
    });
  }

  get engineProcessId(): number | undefined {
    return this.engine.processId;
  }

  /** Resolves when no process of ours is left. */
  async shutDown(): Promise<void> {
    await Promise.all([this.engine.dispose(), this.tasks.dispose()]);
    this.dispose();
  }

  /** In pixels, upright; rejects for what can't be read. */
  private async sizeOf(picture: vscode.Uri): Promise<Size> {
    const { maxInputMegapixels } = this.config.upscale(picture);
    const { size } = await this.engine.use((client) =>
      client.pictureHeader({ input: picture.fsPath, maxInputMegapixels }),
    );
    return size;
  }

  private createEngine(): EngineClient {
    const { modelFolders, ignoredModelFolders, idleSeconds, store, ignoredStore } =
      this.config.engine();
    for (const folder of ignoredModelFolders)
      this.log.warn(`pisaUpscale.modelFolders: ${folder} is not an absolute path and is ignored`);
    if (ignoredStore !== undefined)
      this.log.warn(
        `pisaUpscale.modelStore: ${ignoredStore} is not an absolute path; ` +
          `${defaultModelStore()} is used`,
      );
    return new EngineClient({
      entry: path.join(this.context.extensionPath, 'dist', 'engine.js'),
      modelFolders: [path.join(this.context.extensionPath, 'models'), ...modelFolders],
      store: store ?? defaultModelStore(),
      idleSeconds,
      log: (line) => this.log.info(line),
      remote: async () => {
        const server = this.config.server();
        return server && { ...server, secrets: await this.secrets.of(server.url) };
      },
      mayUseServer: () => this.consent.isGiven(this.config.server()?.url),
      // What is done about a note is a button of the summary.
      words: {
        advice: (error) => adviceOf(error, vscode.l10n.t),
        note: () => undefined,
      },
    });
  }
}
