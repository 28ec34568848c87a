import type { Device } from '../../shared/settings';
import type { ComputeType } from '../graph/sd21/weights';
import type { DiffusionModel } from '../models/kinds/diffusion';
import { int8UNet } from './int8/int8File';
import { readPisaCheckpoint } from './pisaCheckpoint';
import { promptContext, type PromptContext } from './prompt/promptContext';
import { PisaNetworks } from './pisaNetworks';
import type { PisaPicture } from './pisaPicture';
import type { Pace } from './steps';

/**
 * Keeps PiSA-SR's networks warm for one device, and what they computed for the last picture: a new
 * λ then costs a decode.
 */
export class PisaSessions {
  readonly pace: Pace = { secondsPerUnit: undefined };
  private current: { readonly key: string; readonly networks: PisaNetworks } | undefined;
  private words: { readonly key: string; readonly context: PromptContext } | undefined;
  private picture: { readonly key: string; readonly picture: PisaPicture } | undefined;

  /**
   * The networks for a model and a prompt on a device; those of others are closed first. The prompt
   * is part of the UNet's graph.
   */
  async acquire(
    model: DiffusionModel,
    device: Device,
    type: ComputeType,
    prompt?: string,
  ): Promise<PisaNetworks> {
    const inInt8 = device === 'cpu' && type === 'float32' && model.cpuPrecision === 'int8';
    const key = JSON.stringify([model.folder, device, type, inInt8, prompt]);
    if (this.current?.key === key) return this.current.networks;
    await this.release();
    const words = prompt === undefined ? undefined : await this.encoded(model, prompt);
    const checkpoint = await readPisaCheckpoint(model, words?.context);
    const int8 = inInt8 ? await int8UNet(model, checkpoint.unet) : undefined;
    const networks = new PisaNetworks(checkpoint, device, type, { int8 });
    this.current = { key, networks };
    return networks;
  }

  /** A prompt as the UNet takes it; the last one is kept. */
  async encoded(model: DiffusionModel, prompt: string): Promise<PromptContext> {
    const key = JSON.stringify([model.folder, model.manifest.prompts?.textEncoder.sha256, prompt]);
    if (this.words?.key !== key) this.words = { key, context: await promptContext(model, prompt) };
    return this.words.context;
  }

  /** What is known of a picture. `identity` tells pictures, their versions and scales apart. */
  known(identity: string): PisaPicture | undefined {
    return this.picture?.key === this.keyOf(identity) ? this.picture.picture : undefined;
  }

  remember(identity: string, picture: PisaPicture | undefined): void {
    if (picture) this.picture = { key: this.keyOf(identity), picture };
  }

  async release(): Promise<void> {
    const networks = this.current?.networks;
    this.current = undefined;
    this.picture = undefined;
    this.pace.secondsPerUnit = undefined;
    await networks?.releaseAll();
  }

  private keyOf(identity: string): string {
    return `${this.current?.key ?? ''}|${identity}`;
  }
}
