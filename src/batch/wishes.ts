import path from 'node:path';
import { densityProblem } from '../shared/density';
import { say, type Words } from '../shared/phrase';
import { DEFAULT_SETTINGS } from '../shared/settings';
import {
  baseOfInputs,
  baseOfRules,
  outputRootFolder,
  ownFoldersOf,
  resultFolderOf,
  type BaseOf,
} from './layout';
import { globReach } from './glob/globMatcher';
import type { PlanPorts, PlanRequest } from './planRequest';
import { ruleFor, type Rule, type Target } from './recipe';
import { ownFolder, plannedTargets, type BatchSettings, type PlannedTarget } from './targets';

/** What is wished of each picture of a plan: by the recipe, else by the settings. */
export class Wishes {
  /** Where the tree of a picture begins by what was named; undefined for what was not. */
  readonly namedAt: BaseOf;
  private readonly request: PlanRequest;
  private readonly rule: ((input: string) => Rule | undefined) | undefined;
  private readonly reaches: readonly ((folder: string) => boolean)[] | undefined;
  private readonly settingsOf: (input: string) => BatchSettings;
  private readonly ownTarget: Target;
  private readonly ruleBase = baseOfRules();
  /** The folders that targets of the recipe have to themselves. */
  private readonly ruleFolders: readonly string[] | undefined;
  /** Which of the models restore at the same size. */
  private sameSize: ReadonlySet<string> = new Set();

  private constructor(request: PlanRequest) {
    const { root, inputs, recipe, settingsFor, density } = request;
    this.request = request;
    this.namedAt = baseOfInputs(root, inputs);
    this.rule = recipe && ruleFor(recipe.value);
    this.reaches = recipe?.value.rules.map(({ files }) => globReach(files, { dot: true }));
    this.settingsOf = recipe ? () => DEFAULT_SETTINGS : settingsFor;
    this.ownTarget = density === undefined ? {} : { density };
    this.ruleFolders =
      recipe && ownFoldersOf(recipe.value, (to) => ownFolder(to, DEFAULT_SETTINGS));
  }

  /** @param pictures whose models are asked for what they do */
  static async of(
    request: PlanRequest,
    pictures: readonly string[],
    { sameSize }: Pick<PlanPorts, 'sameSize'>,
  ): Promise<Wishes> {
    const wishes = new Wishes(request);
    const models = pictures.flatMap(
      (input) => wishes.of(input)?.map((target) => wishes.modelOf(input, target)) ?? [],
    );
    wishes.sameSize = await sameSize([...new Set(models)]);
    return wishes;
  }

  /** Undefined where no rule of the recipe names a picture. */
  of(input: string): readonly Target[] | undefined {
    return this.rule ? this.rule(input)?.targets : [this.ownTarget];
  }

  /** Whether something is wished of a file, or of what may lie in a folder. */
  mayReach(place: string): boolean {
    return this.of(place) !== undefined || this.reaches?.some((reach) => reach(place)) !== false;
  }

  targets(input: string): readonly PlannedTarget[] | undefined {
    const settings = this.settingsOf(input);
    return this.of(input)?.flatMap((target) =>
      plannedTargets(input, settings, target, this.sameSize, this.treeBase(input)),
    );
  }

  /** The folder of results in which a picture lies, so that it is none to enlarge. */
  resultFolder(input: string): string | undefined {
    const { root, outputRoot = root } = this.request;
    const base = this.rule ? this.treeBase(input) : (this.namedAt(input) ?? '');
    const folders =
      outputRoot === root ? this.ownFolders(input) : outputRootFolder(root, outputRoot);
    return resultFolderOf(input, base, folders);
  }

  /** Why a picture can't become the set of densities that is wished. */
  setProblem(file: string, input: string): Words | undefined {
    return this.of(input)
      ?.map((target) => this.problemOf(target, file, input))
      .find((problem) => problem !== undefined);
  }

  private problemOf(target: Target, file: string, input: string): Words | undefined {
    const { density } = target;
    if (!density) return undefined;
    const model = this.modelOf(input, target);
    if (this.sameSize.has(model))
      return say`${model} restores at the same size, so it makes no set.`;
    if (this.request.again === true) return undefined;
    return densityProblem(file.replaceAll(path.sep, '/'), density);
  }

  private modelOf(input: string, target: Target): string {
    return target.model ?? this.settingsOf(input).model;
  }

  private treeBase(input: string): string {
    const rule = this.rule?.(input);
    if (rule) return this.ruleBase(rule, input);
    return this.request.treeFrom === 'inputs' ? (this.namedAt(input) ?? '') : '';
  }

  private ownFolders(input: string): readonly string[] {
    if (this.ruleFolders) return this.ruleFolders;
    const own = ownFolder(this.ownTarget, this.settingsOf(input));
    return own === undefined ? [] : [own];
  }
}
